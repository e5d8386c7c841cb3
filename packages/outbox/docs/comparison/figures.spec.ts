import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PAGE, RESULTS, renderFigures, withFigures, withoutFigures } from './figures.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docs/comparison.md', () => {
  test('has the figures of bench/RESULTS.md: else run "npm run generate"', () => {
    expect(read(PAGE)).toBe(withFigures(read(PAGE), renderFigures(read(RESULTS))));
  });

  test('has no figure that somebody wrote by hand', () => {
    const measured = /\d[\d,.]*\s?(?:ms|s|MB|µs|%|times|messages|statements|msg)\b/g;
    expect(withoutFigures(read(PAGE)).match(measured) ?? []).toEqual([]);
    expect('42 ms, 7 messages'.match(measured)).toEqual(['42 ms', '7 messages']);
  });
});

const RUN = `# Results

## relay, kafkajs

- met: 0.97 of the raw producer (target: at least 0.9)
- **missed**: 7 apples (target: at most 3)

| messages a second | best | median | rounds |
| --- | --- | --- | --- |
| raw kafkajs | 20 | 10 | 10 · 20 |
| relay | 19 | 9 | 9 · 19 |

- date: today
- machine: a small one

## spike

- date: yesterday
`;

test('shows who was measured, what was aimed at, and what was missed', () => {
  const figures = renderFigures(RUN);
  expect(figures).toMatch(/^\| \*\*Bezel\*\* with kafkajs +\| 9 +\| 19 +\|$/m);
  expect(figures).toMatch(/^\| relay, kafkajs \| 7 apples +\| at most 3 +\| \*\*missed\*\* \|$/m);
  expect(figures).toContain('| relay, kafkajs | today | a small one |');
  expect(figures).not.toContain('yesterday');
});

test('a page without a place for figures is refused', () => {
  expect(() => withFigures('# Nothing', '1')).toThrow('needs the lines');
});
