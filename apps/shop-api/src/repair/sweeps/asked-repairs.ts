import type { Swept } from '@bezel/service';
import { type RawBuilder, sql } from 'kysely';
import type { RepairRow } from '../ask-repair.ts';
import { type CarriedOut, carryOutNext } from '../carrying-out/carry-out.ts';
import type { RepairOptions } from '../carrying-out/means.ts';
import { FINAL } from './looking/forgotten-orders.ts';
import { type Questions, questions } from './looking/questions.ts';

/**
 * What may be asked of a workflow. Anything else is done whether Temporal answers or not, and so is what is asked of an order that
 * has ended. An order is found by its primary key.
 */
const OF_A_WORKFLOW: readonly RepairRow['kind'][] = ['run-workflow', 'tell-fact'];
const IS_OF_A_WORKFLOW = sql`kind = ANY (${OF_A_WORKFLOW}) AND EXISTS (
  SELECT FROM orders AS o WHERE o.id = order_repair.order_id AND o.status NOT IN (${FINAL}))`;

/**
 * One look after another at the repairs that were asked for: each waiting one once; one that has to wait is left for the next
 * look, and so is what is asked of workflows while Temporal is away.
 *
 * @throws what the database throws: it ends the look, and the next one begins anew
 */
export function askedRepairs(options: RepairOptions): (signal: AbortSignal) => Promise<Swept> {
  let last: ReadonlySet<string> = new Set();
  return async (signal) => {
    const asking = questions(last);
    const first = await carryOutAll(options, signal, asking, firstOf);
    const then = await carryOutAll(options, signal, asking, lastOf);
    last = asking.forNext();
    const { rows } = await sql<{ waiting: number; oldestMs: number }>`
      SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(at)) * 1000, 0)::float8 AS "oldestMs"
      FROM order_repair WHERE state = 'asked'`.execute(options.db);
    return { swept: first + then, ...(rows[0] ?? { waiting: 0, oldestMs: 0 }) };
  };
}

/** Answers for how many it carried out. */
async function carryOutAll(
  options: RepairOptions,
  signal: AbortSignal,
  asking: Questions,
  which: (asking: Questions) => RawBuilder<unknown>,
): Promise<number> {
  let swept = 0;
  let after: string | null = null;
  while (!signal.aborted) {
    const carried: CarriedOut | undefined = await carryOutNext(options, after, which(asking));
    if (carried === undefined) break;
    const { repair, result, askedTemporal } = carried;
    after = repair.id;
    if (askedTemporal) {
      asking.came(repair.order_id, result.state === 'unanswered' ? 'none' : 'answer');
    }
    if ('outcome' in result) swept++;
  }
  return swept;
}

/** All but what is asked of the workflows of some orders, or of any when nobody answers. */
const firstOf = ({ away, last, unanswered }: Questions): RawBuilder<unknown> =>
  away
    ? sql`NOT (${IS_OF_A_WORKFLOW})`
    : sql`(NOT (${IS_OF_A_WORKFLOW}) OR order_id <> ALL (${[...last, ...unanswered]}::uuid[]))`;

const lastOf = ({ away, last, unanswered }: Questions): RawBuilder<unknown> => {
  const left = away ? [] : [...last].filter((orderId) => !unanswered.has(orderId));
  return sql`(${IS_OF_A_WORKFLOW} AND order_id = ANY (${left}::uuid[]))`;
};
