import { describe, expect, test } from '@jest/globals';
import { uuidv7 } from './uuidv7.ts';

describe('uuidv7', () => {
  test('has version, variant and the time, and sorts in the order of making', () => {
    const before = Date.now();
    const ids = Array.from({ length: 50_000 }, uuidv7);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    const ms = Number.parseInt(String(ids[0]).replaceAll('-', '').slice(0, 12), 16);
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now() + 50);
  });
});
