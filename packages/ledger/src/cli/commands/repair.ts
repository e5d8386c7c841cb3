import { AT_REST_LIMITS, WORKING_LIMITS } from '../../audit/limits.ts';
import { eventAt } from '../../repair/asking/event-at.ts';
import { type RepairClient, repairClient } from '../../repair/asking/repair-client.ts';
import { planRepairs } from '../../repair/plan-repairs.ts';
import { readAiling, repairOrder } from '../../repair/repair-order.ts';
import { findOrder } from '../../sources/views/order-details.ts';
import { type Command, EXIT, type Outcome } from '../command.ts';
import { orderName } from '../options/order.ts';
import { planDocument, planText, repairedDocument, repairedText } from '../report/repair-report.ts';
import { unknownOrder } from '../report/unknown-order.ts';

const WAIT_MS = 120_000;

export const repair: Command = {
  name: 'repair',
  summary: 'Plans what would repair an order, asks the shop for it as an administrator, and audits the order again.',
  argument: 'id|number',
  details: `Only what is safe at any time is asked for: whoever carries it out looks again whether it is needed, and asked for twice it has
one effect. What is not safe says why a person must look. Each repair is recorded in the order's history. It waits until all is
carried out; ended before that (Ctrl-C), what was asked for is carried out all the same. Exits 1 when something is left, 5 when not all
could be asked for: the plan and what was asked for are printed then, too.`,
  options: [
    { name: 'dry-run', help: 'only print the plan; nothing is asked for, and nobody signs in' },
    { name: 'at-rest', help: 'of a system that came to rest: what is on its way is lost' },
    { name: 'wait', value: 'time', help: 'how long to wait until all is carried out: 30s, 5m (2m)' },
  ],
  async run({ given, servers, door, progress, signal }) {
    const named = given.argument('an order’s id or number');
    const name = orderName(named);
    const forMs = given.duration('wait') ?? WAIT_MS;
    const dryRun = given.flag('dry-run');
    const limits = given.flag('at-rest')
      ? { ...AT_REST_LIMITS, stages: WORKING_LIMITS.stages, workflowsKeptMs: WORKING_LIMITS.workflowsKeptMs }
      : WORKING_LIMITS;
    const system = servers();
    const { stack } = system;
    const orderId = await findOrder(stack.postgres.shop, name, signal);
    if (orderId === undefined) return unknownOrder(named);
    const ailing = await readAiling(stack, orderId, { limits, signal });
    if (ailing === undefined) return unknownOrder(named);
    const plan = planRepairs(ailing);
    const planned: Outcome = {
      document: planDocument(plan, dryRun),
      text: (paint) => planText(plan, dryRun, paint),
    };
    if (dryRun || plan.repairs.length === 0) {
      const whole = plan.repairs.length + plan.byHand.length === 0;
      return { ...planned, exitCode: whole ? EXIT.done : EXIT.unaccounted };
    }
    let client: RepairClient;
    try {
      client = repairClient({ ...door(system), asker: 'orderctl', eventAt: (place) => eventAt(stack, place) });
    } catch (failure) {
      return { ...planned, failure };
    }
    const repaired = await repairOrder(stack, client, ailing, { forMs, limits, onProgress: progress, signal });
    return {
      document: repairedDocument(plan, repaired),
      text: (paint) => repairedText(plan, repaired, paint),
      exitCode: repaired.left.length === 0 ? EXIT.done : EXIT.unaccounted,
      ...(repaired.broken === undefined ? {} : { failure: repaired.broken.by }),
    };
  },
};
