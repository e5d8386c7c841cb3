import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';
import type { Evidence, Span } from '../evidence.ts';

/**
 * No stage lasts longer than it may, but for the time in which a fault was felt: from its injection until the system was seen
 * to move again. Whose turn it is does not matter: people are there all the time. An offer may stay open to its end.
 */
export function judgePromptness(
  { order, shop: { history } }: Account,
  { stageMs, disturbed }: Pick<Evidence, 'stageMs' | 'disturbed'>,
  add: Add,
): void {
  if (stageMs === null) return;
  for (const [index, { at }] of history.entries()) {
    const before = history[index - 1];
    if (before === undefined) continue;
    const openUntil = before.to === 'PRICED' ? (order.offerUntil ?? before.at) : before.at;
    const stage = { from: Math.min(Math.max(before.at, openUntil), at), to: at };
    const tookMs = stage.to - stage.from;
    const undisturbedMs = tookMs - sharedMs(stage, disturbed);
    if (undisturbedMs <= stageMs) continue;
    const took = `${before.to} took ${seconds(tookMs)} s, ${seconds(undisturbedMs)} s of them while no fault was felt`;
    add('unfinished', `${took}; it may take ${seconds(stageMs)} s`);
  }
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** How much of a span lies in others, which may overlap one another. In milliseconds. */
export function sharedMs({ from, to }: Span, others: readonly Span[]): number {
  let shared = 0;
  let counted = from;
  for (const other of others.toSorted((one, next) => one.from - next.from)) {
    const begins = Math.max(other.from, counted);
    const ends = Math.min(other.to, to);
    if (ends <= begins) continue;
    shared += ends - begins;
    counted = ends;
  }
  return shared;
}
