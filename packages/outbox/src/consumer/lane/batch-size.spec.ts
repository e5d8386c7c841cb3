import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterCommit, afterFailure, firstBatchSize, takeBatch } from './batch-size.ts';

const message = (offset: bigint) => ({ offset });

/** A partition with gaps in its offsets, some messages of which fail a number of times before they succeed. */
const partition = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 3 }), failures: fc.constantFrom(0, 0, 0, 0, 1, 3) }), {
    minLength: 1,
    maxLength: 200,
  })
  .map((entries) => {
    let offset = 0n;
    return entries.map(({ gap, failures }) => {
      offset += BigInt(gap);
      return { offset, failures };
    });
  });

describe('batch size', () => {
  test.each([
    ['a handler fails: the message at fault is known', true],
    ['COMMIT fails: it is not', false],
  ])('%s; every message is handled once, in order, and only failing ones were ever alone at fault', (_, known) => {
    fc.assert(
      fc.property(partition, fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 600 }), (all, max, tookMs) => {
        const failures = new Map<bigint, number>(all.map(({ offset, failures: left }) => [offset, left]));
        const bad = new Set(all.filter(({ failures: left }) => left > 0).map(({ offset }) => offset));
        let waiting = all.map(({ offset }) => message(offset));
        let size = firstBatchSize(max);
        const handled: bigint[] = [];
        for (let step = 0; waiting.length > 0; step += 1) {
          expect(step).toBeLessThan(20 * all.length + 100);
          const count = takeBatch(size, waiting);
          expect(count).toBeGreaterThanOrEqual(1);
          expect(count).toBeLessThanOrEqual(Math.min(max, waiting.length));
          const offsets = waiting.slice(0, count).map(({ offset }) => offset);
          const at = offsets.findIndex((offset) => (failures.get(offset) ?? 0) > 0);
          if (at === -1) {
            const next = (offsets.at(-1) ?? 0n) + 1n;
            size = afterCommit(size, { size: count, tookMs, next, max });
            handled.push(...offsets);
            waiting = waiting.slice(count);
          } else {
            const culprit = offsets[at] ?? 0n;
            failures.set(culprit, (failures.get(culprit) ?? 0) - 1);
            size = afterFailure(size, { offsets, at: known ? at : null });
            if (size.suspect !== null) {
              expect(bad).toContain(size.suspect);
            }
          }
        }
        expect(handled).toEqual(all.map(({ offset }) => offset));
      }),
    );
  });

  test('what is ahead of a known fault goes first, then the fault alone', () => {
    const offsets = [1n, 2n, 3n, 4n];
    const size = afterFailure(firstBatchSize(100), { offsets, at: 2 });
    expect(takeBatch(size, offsets.map(message))).toBe(2);
    expect(takeBatch(size, [3n, 4n].map(message))).toBe(1);
    const behind = afterCommit(size, { size: 1, tookMs: 1, next: 4n, max: 100 });
    expect(takeBatch(behind, [4n, 5n].map(message))).toBe(2);
  });

  test('fast batches grow to the limit, slow ones shrink to one message', () => {
    let size = firstBatchSize(500);
    for (let i = 0; i < 10; i += 1) {
      size = afterCommit(size, { size: size.limit, tookMs: 5, next: 1n, max: 500 });
    }
    expect(size.limit).toBe(500);
    for (let i = 0; i < 10; i += 1) {
      size = afterCommit(size, { size: size.limit, tookMs: 2_000, next: 1n, max: 500 });
    }
    expect(size.limit).toBe(1);
  });
});
