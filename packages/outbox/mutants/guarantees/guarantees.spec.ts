import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MUTANTS } from '../list.ts';
import { PROMISES } from '../mutant.ts';
import { sourceOf } from '../workspace.ts';
import { GUARANTEES } from './guarantees.ts';
import { PAGE, renderPage } from './page.ts';

// That the mutants and their tests are there is said by ../mutants.spec.ts.
test('docs/guarantees.md is as the mutants have it: else run "npm run generate"', () => {
  expect(sourceOf(PAGE)).toBe(renderPage());
});

test('every promise is there, once, in order', () => {
  expect(GUARANTEES.map(({ promise }) => promise)).toEqual(Object.keys(PROMISES));
});

describe.each(GUARANTEES)('$promise, $title', ({ promise, argument, also = [] }) => {
  test('is broken by a mutant', () => {
    expect(MUTANTS.filter(({ breaks }) => breaks === promise)).not.toEqual([]);
  });

  test('its argument is there', () => {
    const [file, heading] = (argument ?? '').split('#');
    const headings = file
      ? [...sourceOf(`docs/${file}`).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => slug(text))
      : [];
    expect([...headings, undefined]).toContain(heading);
  });

  test('its other tests are there', () => {
    for (const { file, test: title } of also) {
      expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true);
      expect(sourceOf(file)).toContain(title);
    }
  });
});

/** As GitHub names a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
