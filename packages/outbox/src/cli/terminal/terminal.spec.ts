import { describe, expect, test } from '@jest/globals';
import { paintFor, plain } from './paint.ts';
import { safe, table } from './table.ts';
import { counted, size, span } from './words.ts';

describe('a table', () => {
  test('has numbers to the right, texts to the left, and knows how wide a painted cell is', () => {
    const red = paintFor({ isTTY: true }, {})('red', 'no');
    expect(
      table(
        plain,
        ['name', 'count', 'ok'],
        [
          ['a', 1, red],
          ['longer', 100, 'yes'],
        ],
      ).split('\n'),
    ).toEqual(['name    count  ok', `a           1  ${red}`, 'longer    100  yes']);
  });

  test('cannot be used to write to the terminal', () => {
    expect(safe('a\u001b[2Jb\u0007\nc\u202ed')).toBe('a\\u001b[2Jb\\u0007\\u000ac\\u202ed');
    expect(safe('straße 数')).toBe('straße 数');
  });
});

test.each([
  ['a terminal', { isTTY: true }, {}, true],
  ['a file', {}, {}, false],
  ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
  ['a terminal that knows none', { isTTY: true }, { TERM: 'dumb' }, false],
])('colours on %s', (_, stream, env, coloured) => {
  expect(paintFor(stream, env)('red', 'x') !== 'x').toBe(coloured);
});

test('spans, sizes and counts are said in one unit', () => {
  expect([0, 0.44, 12.4, 59.4, 60, 3_599, 7_200, 200_000].map(span)).toEqual([
    '0 s',
    '0.4 s',
    '12 s',
    '59 s',
    '1 min',
    '59 min',
    '2 h',
    '2 d',
  ]);
  expect([0, 1_023, 1_536, 20 * 1_024 ** 2].map(size)).toEqual(['0 B', '1023 B', '1.5 KiB', '20 MiB']);
  expect([counted(1, 'key'), counted(2, 'key')]).toEqual(['1 key', '2 keys']);
});
