import { describe, expect, test } from '@jest/globals';
import { RequestMemory } from './request-memory.ts';

describe('memory for requests', () => {
  test('what was given back is used again, when it is large enough', () => {
    const memory = new RequestMemory();
    const first = memory.take(1_000);
    expect(first.length).toBeGreaterThanOrEqual(1_000);
    memory.giveBack(first);
    expect(memory.take(10_000)).not.toBe(first);
    expect(memory.take(900)).toBe(first);
  });

  test('what was not given back is nobody else’s', () => {
    const memory = new RequestMemory();
    const first = memory.take(1_000);
    expect(memory.take(1_000)).not.toBe(first);
  });

  test('keeps a few pieces, and no huge one', () => {
    const memory = new RequestMemory();
    const huge = memory.take(8 * 1024 * 1024);
    memory.giveBack(huge);
    expect(memory.take(1)).not.toBe(huge);
    const pieces = Array.from({ length: 20 }, (_, n) => memory.take(100 + n));
    for (const piece of pieces) memory.giveBack(piece);
    const again = new Set(Array.from({ length: 20 }, () => memory.take(1)));
    expect(pieces.filter((piece) => again.has(piece)).length).toBeLessThan(20);
  });
});
