import { describe, expect, test } from '@jest/globals';
import { PURPOSES, rightsFor } from '../../../migrate/grants.ts';
import { checksOf } from './rights.ts';

describe('a right', () => {
  test.each([
    ['USAGE ON SCHEMA "o"', [{ kind: 'schema', privilege: 'USAGE', object: '"o"', columns: null }]],
    [
      'SELECT, UPDATE ON "o".a, "o".b',
      ['SELECT', 'UPDATE'].flatMap((privilege) =>
        ['"o".a', '"o".b'].map((object) => ({ kind: 'table', privilege, object, columns: null })),
      ),
    ],
    ['INSERT (x, y) ON "o".a', [{ kind: 'table', privilege: 'INSERT', object: '"o".a', columns: ['x', 'y'] }]],
    ['USAGE ON ALL SEQUENCES IN SCHEMA "o"', [{ kind: 'sequences', privilege: 'USAGE', object: '"o"', columns: null }]],
    [
      'EXECUTE ON FUNCTION "o".f(a, b),\n "o".g()',
      ['"o".f(a, b)', '"o".g()'].map((object) => ({ kind: 'function', privilege: 'EXECUTE', object, columns: null })),
    ],
  ])('%s is taken apart', (right, checks) => {
    expect(checksOf(right)).toEqual(checks);
  });

  test('of every purpose can be asked for', () => {
    for (const right of rightsFor('"outbox"', PURPOSES)) {
      for (const { privilege, object } of checksOf(right)) {
        expect(privilege).toMatch(/^[A-Z]+$/);
        expect(object).toMatch(/^"outbox"(\.\w+(\(.*\))?)?$/);
      }
    }
  });
});
