import type { Range } from './ranges.ts';

/** Transactions by their virtual ids. */
export type Holders = ReadonlySet<string>;
export const NOBODY: Holders = new Set();

/** A range, and when it was first missing. */
export interface Missing extends Range {
  readonly since: number;
}

/** Numbers that are missing and may still come. */
export interface Gap extends Missing {
  /** Who could still bring them; undefined until the first look. */
  holders: Holders | undefined;
  /** Reads that covered it in vain since its holders last changed. */
  reads: number;
}

export const newGap = ({ from, to }: Range, since: number): Gap => ({ from, to, holders: undefined, reads: 0, since });

/** Sorts, and joins gaps that overlap because one was widened; whoever could fill either can fill the joined one. */
export function disjoint(gaps: readonly Gap[]): Gap[] {
  const joined: Gap[] = [];
  for (const gap of gaps.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || gap.from > last.to) {
      joined.push(gap);
      continue;
    }
    const holders = last.holders && gap.holders ? new Set([...last.holders, ...gap.holders]) : undefined;
    const since = Math.min(last.since, gap.since);
    joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, gap.to), holders, reads: 0, since };
  }
  return joined;
}
