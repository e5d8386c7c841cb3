import { AT_REST_LIMITS, WORKING_LIMITS } from '../../audit/limits.ts';
import { type AuditedStack, auditStack, type OrderAudit } from '../../audit-stack.ts';
import { findOrder } from '../../sources/views/order-details.ts';
import { shopClock } from '../../sources/views/shop-clock.ts';
import { type Command, EXIT } from '../command.ts';
import { ORDER_OPTION, orderName } from '../options/order.ts';
import type { Moment } from '../options/parse.ts';
import { UsageError } from '../options/usage-error.ts';
import { auditDocument, auditText } from '../report/audit-report.ts';
import { tallyOf } from '../report/audit-tally.ts';
import { unknownOrder } from '../report/unknown-order.ts';

const MOST_SHOWN = 100;

export const audit: Command = {
  name: 'audit',
  summary: 'Accounts for orders at every hop; exits 1 and names the hop when one is unaccounted for.',
  details: `Reads the audit views of the three databases, the topics and Temporal, and changes nothing: every transaction is read-only.
What is missing and still young is on its way, and no defect: each hop has a minute, each status its patience. Anything else is
unaccounted for, and so is an order of which a source says what cannot be read. With --order the whole account of the order is shown. It exits 3, never 0, when a source cannot be read.`,
  options: [
    ORDER_OPTION,
    {
      name: 'since',
      value: 'time',
      help: 'only orders submitted since, by the time in their ids: 2026-01-31T12:00:00Z, or 90s, 15m, 2h, 3d ago',
    },
    { name: 'at-rest', help: 'of a system that came to rest: what is on its way is lost, what is open is unfinished' },
    { name: 'limit', value: 'n', help: `show so many unaccounted orders (${MOST_SHOWN}); all are counted` },
  ],
  async run({ given, servers, progress, signal }) {
    const named = given.text('order');
    const since = given.moment('since');
    const limit = given.wholeNumber('limit') ?? MOST_SHOWN;
    const atRest = given.flag('at-rest');
    const name = named === undefined ? undefined : orderName(named);
    if (name !== undefined && since !== undefined) {
      throw new UsageError('--order names one order, however old; --since chooses among all: give one of them');
    }
    const { stack } = servers();
    const orderId = name === undefined ? undefined : await findOrder(stack.postgres.shop, name, signal);
    if (name !== undefined && orderId === undefined) return unknownOrder(named ?? '');

    const tally = tallyOf(limit);
    let whole: OrderAudit | undefined;
    const options = {
      limits: atRest ? { ...AT_REST_LIMITS, workflowsKeptMs: WORKING_LIMITS.workflowsKeptMs } : WORKING_LIMITS,
      ...(orderId === undefined ? {} : { orderIds: [orderId] }),
      ...(since === undefined ? {} : { since: await instantOf(since, stack, signal) }),
      onProgress: progress,
      signal,
    };
    for await (const order of auditStack(stack, options)) {
      tally.add(order);
      if (orderId !== undefined) whole = order;
    }
    if (orderId !== undefined && whole === undefined) return unknownOrder(named ?? '');
    return {
      document: auditDocument(tally.result(), whole),
      text: (paint) => auditText(tally.result(), whole, paint),
      exitCode: tally.result().unaccounted.orders > 0 ? EXIT.unaccounted : EXIT.done,
    };
  },
};

/** How long ago something was, the clock of the shop's database tells. */
async function instantOf(moment: Moment, { postgres }: AuditedStack, signal: AbortSignal): Promise<number> {
  return 'at' in moment ? moment.at : (await shopClock(postgres.shop, signal)) - moment.agoMs;
}
