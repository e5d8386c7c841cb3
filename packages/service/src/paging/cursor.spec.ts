import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts';

const Position = z.tuple([z.string(), z.number()]);

describe('a cursor', () => {
  test('comes back as the position it was made of, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer(), (text, number) => {
        expect(decodeCursor(encodeCursor([text, number]), Position)).toEqual([text, number]);
      }),
    );
  });

  test('that this list did not make is a 400, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => decodeCursor(text, Position)).toThrow(
          expect.objectContaining({ status: 400, code: 'invalid_cursor' }) as never,
        );
      }),
    );
    expect(() => decodeCursor(encodeCursor([1, 'x']), Position)).toThrow(/not one of this list/);
  });
});

describe('a page', () => {
  test('has a next one exactly when there was a row more than asked for', () => {
    const cut = (rows: number[]) =>
      pageOf(
        rows,
        2,
        (row) => [row],
        (row) => `#${row}`,
      );
    expect(cut([])).toEqual({ items: [], nextCursor: null });
    expect(cut([1, 2])).toEqual({ items: ['#1', '#2'], nextCursor: null });
    expect(cut([1, 2, 3])).toEqual({ items: ['#1', '#2'], nextCursor: encodeCursor([2]) });
  });

  test('has 50 rows unless asked otherwise, within bounds', () => {
    const query = z.object(pageQuery);
    expect(query.parse({})).toEqual({ limit: 50 });
    expect(query.parse({ limit: '200' })).toEqual({ limit: 200 });
    for (const limit of ['0', '201', '1.5', '-1', 'x', '']) {
      expect(query.safeParse({ limit }).success).toBe(false);
    }
  });
});
