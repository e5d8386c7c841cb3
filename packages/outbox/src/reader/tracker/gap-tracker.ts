import { disjoint, type Gap, type Holders, NOBODY, newGap } from './gap.ts';
import type { ReadAnswer, ReadPlan } from './plan.ts';
import { coalesce, type Range, union, without } from './ranges.ts';
import { RestingGaps, type RestingMemory } from './resting-gaps.ts';
import { DEFAULT_LIMITS, type TrackerLimits } from './tracker-limits.ts';

/**
 * What one shard's reader knows: how far it has read, and which numbers below are missing and may still come.
 *
 * It decides what the next read must cover and what a read's answer means. It does no I/O; times are the
 * caller's, and only tell how old a gap is. The argument why this loses nothing and keeps the order of keys is in
 * docs/reading.md; the rules are:
 *
 * - A number is a gap once it is known to be drawn and was not visible.
 * - The *holders* of a gap are the transactions that held the shard's sequence at a look taken after the gap was seen.
 *   A holder that a later look does not find has ended.
 * - A gap whose holders had all ended before a read began, and which that read covered in vain, is closed.
 * - A gap may be left out of a read (it *rests*) only while the same statement's look, which is later than its snapshot,
 *   finds every one of its holders still running, and none of them *ending*: found, and yet over for the snapshot.
 */
export class GapTracker {
  #cursor: number;
  /** The newest number known to be drawn, from a statement before the next one. */
  #drawn: number;
  /** Gaps the next read must cover, ascending. */
  #active: Gap[];
  readonly #resting: RestingGaps;
  /** Rows that were read and handed back, to be read again when their time comes. */
  readonly #deferred = new Map<string, Range[]>();
  readonly #limits: TrackerLimits;

  constructor(start: { cursor: number; holes: readonly Range[]; now: number }, limits: TrackerLimits = DEFAULT_LIMITS) {
    this.#cursor = start.cursor;
    this.#drawn = start.cursor;
    this.#active = union(start.holes).map((range) => newGap(range, start.now));
    this.#limits = limits;
    this.#resting = new RestingGaps(limits);
  }

  /** Everything up to here was read, or is a gap, or will never exist. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Numbers known to be drawn and not read yet. */
  get backlog(): number {
    return Math.max(0, this.#drawn - this.#cursor);
  }

  /** Numbers the next reads look at because a row is, or may be, visible there: drawn, recalled, or left by their holders. */
  get unread(): number {
    const left = this.#active.filter(({ holders }) => holders?.size === 0);
    return this.backlog + widthOf(left);
  }

  /** Numbers that are missing and whose holders nobody has looked for yet: rows may be visible there, or never will be. */
  get doubtful(): number {
    return widthOf(this.#active.filter(({ holders }) => holders === undefined));
  }

  /** Numbers that were handed back, to be read again later. */
  get deferred(): number {
    return widthOf([...this.#deferred.values()].flat());
  }

  /** When the oldest gap was first seen that somebody may still fill; undefined without one. */
  get oldestGapSince(): number | undefined {
    const open = this.#active.filter(({ holders }) => holders?.size !== 0);
    const oldest = open.reduce((least, { since }) => Math.min(least, since), this.#resting.since);
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
  }

  /** How many ranges of numbers are missing. */
  get gapCount(): number {
    return this.#active.length + this.#resting.count;
  }

  /** Ranges that contain every gap. */
  holes(): Range[] {
    return union([...this.#active, ...this.#resting.summary(), ...[...this.#deferred.values()].flat()]);
  }

  /** All that is remembered, times left out. The model in reader/model tells states apart by it. */
  memory(): TrackerMemory {
    return {
      cursor: this.#cursor,
      drawn: this.#drawn,
      active: this.#active.map(({ from, to, holders, reads }) => ({
        from,
        to,
        reads,
        holders: holders && [...holders],
      })),
      resting: this.#resting.memory(),
      deferred: [...this.#deferred],
    };
  }

  /** Takes back rows that were read and are not wanted now. No read covers them until their name is recalled. */
  defer(name: string, seqs: readonly number[]): void {
    const ranges = this.#deferred.get(name) ?? [];
    for (const seq of seqs) {
      const last = ranges.at(-1);
      if (last !== undefined && last.to === seq - 1) {
        ranges[ranges.length - 1] = { from: last.from, to: seq };
      } else {
        ranges.push({ from: seq, to: seq });
      }
    }
    const wide = ranges.length > this.#limits.gapsInMemory;
    this.#deferred.set(name, wide ? coalesce(union(ranges), this.#limits.gapsInMemory >> 1) : ranges);
  }

  /** The next reads cover what was deferred under this name. */
  recall(name: string): void {
    const ranges = union(this.#deferred.get(name) ?? []);
    this.#deferred.delete(name);
    this.#active = disjoint([
      ...this.#active,
      ...ranges.map((range) => ({ ...newGap(range, Number.POSITIVE_INFINITY), holders: NOBODY })),
    ]);
  }

  /** What the next read of this shard must look at. Reads of one shard never overlap. */
  plan(): ReadPlan {
    const gaps = this.#active.slice(0, this.#limits.gapsPerRead);
    const all = gaps.length === this.#active.length;
    return {
      cursor: this.#cursor,
      gaps,
      // With too many gaps for one statement a read is cut off after the last one it covers: rows beyond must not be
      // seen before the gaps below them.
      upTo: all ? Number.MAX_SAFE_INTEGER : (gaps.at(-1)?.to ?? 0),
      restingOn: this.#resting.holders(),
      look: !this.#resting.isEmpty || this.#crowded || this.#active.some((gap) => this.#needsLook(gap)),
    };
  }

  /** A number that was drawn a moment ago is most likely committed a moment later: nobody has to be looked for yet. */
  #needsLook({ from, to, holders, reads }: Gap): boolean {
    const { lookAfterReads, restBeyondWidth } = this.#limits;
    return holders === undefined ? reads >= lookAfterReads || to - from >= restBeyondWidth : holders.size > 0;
  }

  get #crowded(): boolean {
    return this.#active.length > this.#limits.restBeyondGaps;
  }

  /** Takes in what the planned read answered. */
  apply(plan: ReadPlan, answer: ReadAnswer, now: number): void {
    const { running, ending } = answer;
    const unfinished = (holder: string): boolean => running?.has(holder) === true && !ending.has(holder);
    if (running !== undefined && !plan.restingOn.every(unfinished)) {
      // The statement read nothing of this shard: a row of a gap at rest may be visible by now.
      this.#active = disjoint([...this.#active, ...this.#resting.wake(running, unfinished)]);
    } else {
      this.#cover(plan, answer, now);
    }
    this.#drawn = Math.max(this.#drawn, answer.lastValue);
    if (running !== undefined) {
      this.#note(running);
    }
    this.#rest(unfinished);
    this.#squeeze();
  }

  #cover(plan: ReadPlan, { seqs, complete }: ReadAnswer, now: number): void {
    const last = seqs.at(-1) ?? 0;
    const coveredTo = complete ? plan.upTo : last;
    const kept: Gap[] = [];
    let next = 0;
    for (const gap of this.#active) {
      if (gap.from > coveredTo) {
        kept.push(gap);
        continue;
      }
      const found: number[] = [];
      for (; next < seqs.length && (seqs[next] as number) <= gap.to; next += 1) {
        found.push(seqs[next] as number);
      }
      for (const { from, to } of without(gap, found)) {
        if (from > coveredTo) {
          kept.push({ ...gap, from, to });
          continue;
        }
        if (to > coveredTo) {
          kept.push({ ...gap, from: coveredTo + 1, to });
        }
        if (gap.holders === undefined || gap.holders.size > 0) {
          kept.push({ ...gap, from, to: Math.min(to, coveredTo), reads: gap.reads + 1 });
        }
      }
    }
    const reach = Math.max(this.#cursor, last, complete && plan.upTo === Number.MAX_SAFE_INTEGER ? this.#drawn : 0);
    const missing = reach > this.#cursor ? without({ from: this.#cursor + 1, to: reach }, seqs.slice(next)) : [];
    this.#active = kept.sort((a, b) => a.from - b.from);
    this.#active.push(...missing.map((range) => newGap(range, now)));
    this.#cursor = reach;
  }

  /** Remembers who could still bring the gaps: those who run now, and for known gaps those of them who ran before. */
  #note(running: ReadonlySet<string>): void {
    // Many gaps share one set of holders: each set is looked at once.
    const stillRunning = new Map<Holders | undefined, Holders>([[undefined, running]]);
    for (const gap of this.#active) {
      let holders = stillRunning.get(gap.holders);
      if (holders === undefined) {
        const before = [...(gap.holders ?? [])];
        const left = before.filter((holder) => running.has(holder));
        holders = left.length === before.length ? (gap.holders as Holders) : new Set(left);
        stillRunning.set(gap.holders, holders);
      }
      if (holders !== gap.holders) {
        gap.holders = holders;
        // Rows of a holder that ended meanwhile may be visible to the next read only: count reads from here.
        gap.reads = 0;
      }
    }
  }

  /** Gaps that were covered in vain since their holders last changed, and that cost the read something, go to rest. */
  #rest(unfinished: (holder: string) => boolean): void {
    const crowded = this.#crowded;
    const costly = ({ from, to, holders, reads }: Gap): boolean =>
      holders !== undefined &&
      holders.size > 0 &&
      reads > 0 &&
      [...holders].every(unfinished) &&
      (crowded || to - from >= this.#limits.restBeyondWidth || reads >= this.#limits.restAfterReads);
    if (!this.#active.some(costly)) {
      return;
    }
    this.#active = this.#active.filter((gap) => {
      if (!costly(gap)) {
        return true;
      }
      this.#resting.add(gap, gap.holders as Holders);
      return false;
    });
  }

  /**
   * Memory is bounded: too many gaps at rest become fewer, wider ones, and what was published inside them is sent again
   * when they wake. Only gaps at rest: an active one would fall apart again in the next read, for ever.
   */
  #squeeze(): void {
    if (this.gapCount > this.#limits.gapsInMemory) {
      this.#resting.squeeze();
    }
  }
}

const widthOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);

export interface TrackerMemory {
  readonly cursor: number;
  readonly drawn: number;
  readonly active: readonly (Range & { readonly holders: readonly string[] | undefined; readonly reads: number })[];
  readonly resting: readonly RestingMemory[];
  readonly deferred: readonly (readonly [string, readonly Range[]])[];
}
