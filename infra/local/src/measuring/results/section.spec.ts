import { expect, test } from '@jest/globals';
import { sectionBody, verdictOf } from './section.ts';

test('a target is met or missed, limits included', () => {
  expect(verdictOf({ what: 'of raw', value: 0.9, atLeast: 0.9 })).toBe('met: 0.9 of raw (target: at least 0.9)');
  expect(verdictOf({ what: 'of raw', value: 0.8999, atLeast: 0.9 })).toMatch(/^\*\*missed\*\*/);
  expect(verdictOf({ what: 'p99', value: 10, atMost: 10, unit: ' ms' })).toBe('met: 10 ms p99 (target: at most 10 ms)');
  expect(verdictOf({ what: 'p99', value: 11.2, atMost: 10, unit: ' ms' })).toMatch(/^\*\*missed\*\*: 11 ms/);
  expect(verdictOf({ what: 'of raw', value: Number.NaN, atLeast: 0.9 })).toMatch(/^\*\*missed\*\*/);
});

test('a section names figures, machine and command', () => {
  const body = sectionBody(
    {
      figures: { ratio: 1 },
      targets: [],
      tables: [{ head: ['a', 'b'], rows: [['1', '2']] }],
      notes: ['How it was measured.'],
    },
    { date: '2026-01-01', commit: 'abc' },
    'npm run bench -- idle',
  );
  expect(body).toContain('| a | b |\n| --- | --- |\n| 1 | 2 |');
  expect(body).toContain('- How it was measured.');
  expect(body).toContain('- commit: abc');
  expect(body).toContain('npm run bench -- idle');
  expect(body).toContain('{"ratio":1}');
});
