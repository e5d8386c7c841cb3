import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';
import type { Evidence } from '../evidence.ts';
import { FACT_OF } from '../lifecycle.ts';
import { sharedMs } from './promptness.ts';

/** So long after a stage's end, with no fault felt, everybody has had time to notice it. */
const NOTICED_MS = 10_000;

/**
 * An order that is late is told to be late, once a stage: where a stage was past its time, nothing that ended it had happened
 * yet, and nobody had called it off. An offer's end is told by the order's own.
 */
export function judgeLateness(
  { shop, mes }: Pick<Account, 'shop' | 'mes'>,
  { stageMs, disturbed }: Pick<Evidence, 'stageMs' | 'disturbed'>,
  add: Add,
): void {
  const told = shop.messages.filter(({ delay }) => delay !== null);
  for (const [what, same] of Map.groupBy(told, ({ move, delay }) => `after move ${move} that it is ${delay}`)) {
    if (same.length > 1) add('duplicate-effect', `it was told ${same.length} times ${what}`);
  }
  if (stageMs === null) return;
  const written = new Map([...shop.messages, ...mes.messages].map(({ id, at }) => [id, at]));
  const calledOff = Math.min(...shop.messages.flatMap(({ type, at }) => (type === FACT_OF.cancel.type ? [at] : [])));
  for (const [index, { at, causedBy }] of shop.history.entries()) {
    const before = shop.history[index - 1];
    if (before === undefined || before.to === 'PRICED') continue;
    const late = { from: before.at + stageMs, to: Math.min(at, written.get(causedBy ?? '') ?? at, calledOff) };
    if (late.to - late.from - sharedMs(late, disturbed) < NOTICED_MS) continue;
    if (told.some(({ move, delay }) => move === before.seq && delay === 'late')) continue;
    add('lost', `${before.to} was late, and nobody was told after move ${before.seq}`);
  }
}
