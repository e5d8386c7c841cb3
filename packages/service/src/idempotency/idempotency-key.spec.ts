import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, requestHash } from './idempotency-key.ts';

/** The same value with the members of every object in the opposite order. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(reversed);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, member]) => [name, reversed(member)]),
      )
    : value;
};

describe('what makes two requests the same', () => {
  test('the order of members does not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test('what is the same JSON has the same canonical form, and that form is the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('any value, any order of a list and the path do', () => {
    const hash = (path: string, body: unknown) => requestHash(path, body).toString('hex');
    const hashes = [
      hash('/a', { x: 1 }),
      hash('/b', { x: 1 }),
      hash('/a', { x: '1' }),
      hash('/a', { x: [1, 2] }),
      hash('/a', { x: [2, 1] }),
      hash('/a', {}),
      hash('/a', undefined),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
