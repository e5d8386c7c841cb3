import { describe, expect, test } from '@jest/globals';
import { accountOf, type Fact } from './account.ts';

const facts = (...names: string[]): Fact[] =>
  names.map((name) => {
    const [order = '', status = ''] = name.split(' ');
    return { order, status };
  });
const NOTHING = { lost: [], phantom: [], doubled: [], outOfOrder: [] };
const committed = facts('a placed', 'b placed', 'a paid', 'a shipped');

describe('an account', () => {
  test.each([
    ['all of it, orders mixed otherwise', facts('b placed', 'a placed', 'a paid', 'a shipped'), {}],
    ['one less', facts('a placed', 'b placed', 'a shipped'), { lost: ['a paid'] }],
    ['one that never was', [...committed, ...facts('c placed')], { phantom: ['c placed'] }],
    ['one twice', [...committed, ...facts('a placed')], { doubled: ['a placed'] }],
    [
      'two the other way round, another lost',
      facts('a shipped', 'b placed', 'a placed'),
      { lost: ['a paid'], outOfOrder: ['a shipped, then a placed'] },
    ],
    ['nothing', [], { lost: committed.map(({ order, status }) => `${order} ${status}`) }],
  ])('of %s', (_, arrived, expected) => {
    expect(accountOf(committed, arrived)).toEqual({ ...NOTHING, ...expected });
  });
});
