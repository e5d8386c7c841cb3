import { findOrder } from '../../sources/views/order-details.ts';
import { explain } from '../../why/explain.ts';
import { readSituation } from '../../why/read-situation.ts';
import { type Command, EXIT } from '../command.ts';
import { orderName } from '../options/order.ts';
import { unknownOrder } from '../report/unknown-order.ts';
import { whyText } from '../report/why-report.ts';

export const why: Command = {
  name: 'why',
  summary: 'Says in words what an order waits for, whose turn it is, what was tried and what would repair it.',
  argument: 'id|number',
  details: `Reads the order's account, what is parked of it, and what its workflow is doing. What cannot be read is named, and the answer
given without it (exit code 3). Exits 1 when something of the order is unaccounted for.`,
  options: [],
  async run({ given, servers, signal }) {
    const named = given.argument('an order’s id or number');
    const name = orderName(named);
    const { stack } = servers();
    const orderId = await findOrder(stack.postgres.shop, name, signal);
    if (orderId === undefined) return unknownOrder(named);
    const situation = await readSituation(stack, orderId, { signal });
    const answer = explain(situation);
    if (answer.status === null && answer.causes.length === 0 && answer.unread.length === 0) return unknownOrder(named);
    const known = answer.accounted === false ? EXIT.unaccounted : EXIT.done;
    return {
      document: answer,
      text: (paint) => whyText(answer, paint),
      exitCode: answer.unread.length > 0 ? EXIT.unread : known,
    };
  },
};
