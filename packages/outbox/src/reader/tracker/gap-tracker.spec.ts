import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GapTracker } from './gap-tracker.ts';
import type { ReadPlan } from './plan.ts';
import { DEFAULT_LIMITS } from './tracker-limits.ts';

/**
 * A shard as the tracker may see it. Writers draw numbers and insert, commit or roll back; a statement takes its
 * snapshot, then its look, then the sequence's value, with anything happening between them.
 */
class Shard {
  drawn = 0;
  /** Every number with the transaction that drew it; `inserted` says whether a row exists. */
  readonly numbers: { seq: number; tx: number; inserted: boolean }[] = [];
  readonly committed = new Set<number>();
  /** Transactions that drew a number and have not ended. */
  readonly holding = new Set<number>();
  /** Prepared transactions whose rows are visible and whose locks are not given back yet. */
  readonly ending = new Set<number>();
  #next = 0;

  begin(): number {
    this.#next += 1;
    return this.#next;
  }

  draw(tx: number, inserted: boolean): void {
    this.drawn += 1;
    this.holding.add(tx);
    this.numbers.push({ seq: this.drawn, tx, inserted });
  }

  end(tx: number, commits: boolean): void {
    if (commits) {
      this.committed.add(tx);
    }
    this.holding.delete(tx);
  }

  /** COMMIT PREPARED, up to the moment at which rows become visible. */
  commitPrepared(tx: number): void {
    this.committed.add(tx);
    this.ending.add(tx);
  }

  /** And the rest of it. */
  releaseLocks(): void {
    const [tx] = this.ending;
    if (tx !== undefined) {
      this.ending.delete(tx);
      this.holding.delete(tx);
    }
  }

  visible(): number[] {
    return this.numbers.filter(({ tx, inserted }) => inserted && this.committed.has(tx)).map(({ seq }) => seq);
  }
}

/** One statement, taken apart into the moments at which it looks at the server. */
function* statement(shard: Shard, plan: ReadPlan, limit: number): Generator<void, Parameters<GapTracker['apply']>[1]> {
  const snapshot = shard.visible();
  const over = new Set(shard.ending);
  yield;
  const running = plan.look ? new Set([...shard.holding].map(String)) : undefined;
  yield;
  const lastValue = shard.drawn;
  const ending = new Set([...over].map(String).filter((holder) => running?.has(holder)));
  const gate = plan.restingOn.every((holder) => running?.has(holder) && !ending.has(holder));
  const wanted = gate
    ? snapshot.filter(
        (seq) => (seq > plan.cursor && seq <= plan.upTo) || plan.gaps.some(({ from, to }) => seq >= from && seq <= to),
      )
    : [];
  return { seqs: wanted.slice(0, limit), complete: wanted.length < limit, lastValue, running, ending };
}

type Step =
  | { do: 'draw'; who: number; inserted: boolean }
  | { do: 'end'; who: number; commits: boolean }
  | { do: 'commit-prepared'; who: number }
  | { do: 'release-locks' }
  | { do: 'read'; limit: number }
  | { do: 'reload' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('draw' as const), who: fc.nat(5), inserted: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), who: fc.nat(5), commits: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commit-prepared' as const), who: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'release-locks' as const }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reload' as const }) },
);

/** Small enough that every rule is at work with a dozen numbers. */
const tight = fc.record({
  lookAfterReads: fc.integer({ min: 0, max: 3 }),
  gapsPerRead: fc.integer({ min: 1, max: 4 }),
  gapsInMemory: fc.integer({ min: 3, max: 12 }),
  holesInSummary: fc.integer({ min: 1, max: 4 }),
  restBeyondGaps: fc.integer({ min: 0, max: 3 }),
  restBeyondWidth: fc.integer({ min: 1, max: 4 }),
  restAfterReads: fc.integer({ min: 1, max: 3 }),
});
const roomy = tight.map((limits) => ({ ...limits, gapsPerRead: 100, gapsInMemory: 1_000 }));

/** Runs the steps, then ends every transaction and reads until nothing is left. Answers the numbers in read order. */
function play(steps: readonly Step[], limits: typeof DEFAULT_LIMITS) {
  const shard = new Shard();
  const writers = new Map<number, number>();
  let tracker = new GapTracker({ cursor: 0, holes: [], now: 0 }, limits);
  const read: number[] = [];
  let open: { plan: ReadPlan; statement: ReturnType<typeof statement> } | undefined;
  let reloads = 0;

  const advance = (limit: number): void => {
    if (open === undefined) {
      const plan = tracker.plan();
      open = { plan, statement: statement(shard, plan, limit) };
    }
    const { done, value } = open.statement.next();
    if (done) {
      tracker.apply(open.plan, value, 0);
      read.push(...value.seqs);
      open = undefined;
    }
  };
  for (const next of steps) {
    if (next.do === 'draw') {
      const tx = writers.get(next.who) ?? shard.begin();
      writers.set(next.who, tx);
      shard.draw(tx, next.inserted);
    } else if (next.do === 'end') {
      const tx = writers.get(next.who);
      if (tx !== undefined) {
        shard.end(tx, next.commits);
        writers.delete(next.who);
      }
    } else if (next.do === 'commit-prepared') {
      const tx = writers.get(next.who);
      if (tx !== undefined && shard.holding.has(tx)) {
        shard.commitPrepared(tx);
        writers.delete(next.who);
      }
    } else if (next.do === 'release-locks') {
      shard.releaseLocks();
    } else if (next.do === 'read') {
      advance(next.limit);
    } else if (open === undefined) {
      // A hand-over: all that is known is the checkpoint.
      tracker = new GapTracker({ cursor: tracker.cursor, holes: tracker.holes(), now: 0 }, limits);
      reloads += 1;
    }
  }
  for (const tx of shard.holding) {
    shard.end(tx, true);
  }
  const settleReads = 20 + 8 * shard.drawn;
  for (let n = 0; n < 3 * settleReads; n += 1) {
    advance(5);
  }
  return { shard, tracker, read, reloads };
}

// `max`: fast-check would else make a dozen steps of the 250.
const steps = fc.array(step, { minLength: 5, maxLength: 250, size: 'max' });

describe('GapTracker', () => {
  test('reads every committed row, and afterwards knows of no gap', () => {
    fc.assert(
      fc.property(steps, fc.oneof(tight, roomy), (list, limits) => {
        const { shard, tracker, read } = play(list, limits);
        expect(new Set(read)).toEqual(new Set(shard.visible()));
        expect(tracker.gapCount).toBe(0);
        expect(tracker.cursor).toBe(shard.drawn);
      }),
      { numRuns: 1_500 },
    );
  });

  test('reads a row once while it remembers and is not short of memory', () => {
    fc.assert(
      fc.property(steps, roomy, (list, limits) => {
        const { read } = play(
          list.filter((each) => each.do !== 'reload'),
          limits,
        );
        expect(new Set(read).size).toBe(read.length);
      }),
      { numRuns: 800 },
    );
  });

  test('a row committed before another was written is read first, first copies counting', () => {
    fc.assert(
      fc.property(steps, fc.oneof(tight, roomy), (list, limits) => {
        const before = new Map<number, ReadonlySet<number>>();
        const original = Shard.prototype.draw;
        Shard.prototype.draw = function draw(tx, inserted) {
          before.set(this.drawn + 1, new Set(this.visible()));
          original.call(this, tx, inserted);
        };
        try {
          const { read } = play(list, limits);
          const first = new Map<number, number>();
          for (const [place, seq] of read.entries()) {
            first.set(seq, first.get(seq) ?? place);
          }
          for (const [seq, place] of first) {
            for (const earlier of before.get(seq) ?? []) {
              expect(first.get(earlier)).toBeLessThan(place);
            }
          }
        } finally {
          Shard.prototype.draw = original;
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test('what was deferred is read again after its recall, in order with what is new', () => {
    const shard = new Shard();
    const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
    const read = (): readonly number[] => {
      const plan = tracker.plan();
      const seqs = shard
        .visible()
        .filter((seq) => seq > plan.cursor || plan.gaps.some(({ from, to }) => seq >= from && seq <= to));
      const running = plan.look ? new Set<string>() : undefined;
      tracker.apply(plan, { seqs, complete: true, lastValue: shard.drawn, running, ending: new Set() }, 0);
      return seqs;
    };
    const write = (count: number): void => {
      const tx = shard.begin();
      for (let n = 0; n < count; n += 1) {
        shard.draw(tx, true);
      }
      shard.end(tx, true);
    };
    write(6);
    expect(read()).toEqual([1, 2, 3, 4, 5, 6]);
    tracker.defer('topic', [2, 3, 5]);
    expect(tracker.holes()).toEqual([
      { from: 2, to: 3 },
      { from: 5, to: 5 },
    ]);
    write(1);
    expect(read()).toEqual([7]);
    tracker.recall('topic');
    write(1);
    expect(read()).toEqual([2, 3, 5, 8]);
    expect(tracker.holes()).toEqual([]);
  });

  test('a transaction left open delays nobody, and its half a million numbers cost a read nothing', () => {
    const shard = new Shard();
    const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
    const frozen = shard.begin();
    const read = (): { plan: ReadPlan; seqs: readonly number[] } => {
      const plan = tracker.plan();
      const run = statement(shard, plan, Number.POSITIVE_INFINITY);
      run.next();
      run.next();
      const { value } = run.next() as { value: Parameters<GapTracker['apply']>[1] };
      tracker.apply(plan, value, 0);
      return { plan, seqs: value.seqs };
    };
    shard.holding.add(frozen);
    shard.drawn += 500_000;
    const other = shard.begin();
    shard.draw(other, true);
    shard.end(other, true);
    expect(read().seqs).toEqual([500_001]);
    read();
    read();
    const { plan } = read();
    expect(plan.gaps).toEqual([]);
    expect(plan.restingOn).toEqual([String(frozen)]);
    expect(tracker.holes()).toEqual([{ from: 1, to: 500_000 }]);
  });

  test('a gap is as old as its first read, at rest and after it fell apart; what nobody can fill has no age', () => {
    const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
    const read = (now: number, seqs: readonly number[], lastValue: number, running: readonly string[]) => {
      const plan = tracker.plan();
      const looked = plan.look ? new Set(running) : undefined;
      tracker.apply(plan, { seqs, complete: true, lastValue, running: looked, ending: new Set() }, now);
    };
    read(10, [], 1_000, []);
    expect([tracker.oldestGapSince, tracker.unread]).toEqual([undefined, 1_000]);
    read(20, [1_000], 1_000, ['1/1']);
    expect([tracker.oldestGapSince, tracker.unread]).toEqual([20, 0]);
    read(30, [500, 1_005], 1_005, ['1/1', '2/2']);
    read(40, [], 1_005, ['1/1', '2/2']);
    expect(tracker.oldestGapSince).toBe(20);
    for (let now = 60; now < 60 + DEFAULT_LIMITS.restAfterReads; now += 1) read(now, [], 1_005, ['1/1', '2/2']);
    expect(tracker.plan()).toMatchObject({ gaps: [], restingOn: ['1/1', '2/2'] });
    expect(tracker.oldestGapSince).toBe(20);
    // What 1/1 left may be visible to the next read: it is not a gap of somebody else, but waits to be read.
    read(200, [], 1_005, ['2/2']);
    read(210, [], 1_005, ['2/2']);
    expect([tracker.oldestGapSince, tracker.unread]).toEqual([20, 0]);
    read(220, [], 1_005, []);
    expect([tracker.oldestGapSince, tracker.unread]).toEqual([undefined, 1_002]);
    read(230, [], 1_005, []);
    expect([tracker.gapCount, tracker.unread]).toEqual([0, 0]);
    tracker.defer('held', [1, 2, 3]);
    expect([tracker.deferred, tracker.unread]).toEqual([3, 0]);
    tracker.recall('held');
    expect([tracker.deferred, tracker.unread, tracker.oldestGapSince]).toEqual([0, 3, undefined]);
  });
});
