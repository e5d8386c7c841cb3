import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { emitDeclarations } from '../api/declarations.ts';
import { declared } from '../api/declared.ts';
import { subpathsOf } from '../manifest.ts';
import { type Documented, documentedOf } from './documented.ts';
import { renderReference } from './pages.ts';

jest.setTimeout(120_000);

const FOLDER = new URL('../../docs/reference/', import.meta.url);
const REGENERATE = 'a doc comment or the public surface changed: run "npm run generate"';
const declarations = emitDeclarations();
const pages = renderReference(declarations);

describe('the reference is as checked in', () => {
  test.each(pages)('$file', ({ file, text }) => {
    expect({ [REGENERATE]: readFileSync(new URL(file, FOLDER), 'utf8') }).toEqual({ [REGENERATE]: text });
  });

  test('and has no page of a subpath that is gone', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(pages.map(({ file }) => file).toSorted());
  });

  test('and no link in it leads nowhere', () => {
    const anchors = new Set(pages.flatMap(({ file, text }) => headingsOf(text).map((anchor) => `${file}#${anchor}`)));
    const links = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/\]\(([\w-]*(?:\.md)?)#([\w-]+)\)/g)].map(([, page, anchor]) => `${page || file}#${anchor}`),
    );
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter((link) => !anchors.has(link))).toEqual([]);
  });
});

test.each(subpathsOf())('every name of %s says what it is, and shows how it is used', (subpath) => {
  expect(documentedOf(declarations, subpath).flatMap(lacksOf)).toEqual([]);
});

test('a name that says nothing is found, a method likewise, and a function or class without an example', () => {
  const declarations = declared({
    'index.d.ts': `
        export interface Silent { x: 1 }
        /** Speaks. */
        export interface Speaks {
          quiet(): void;
          /** Says so. */
          loud(): void;
        }
        /** Does it. */
        export declare function unshown(): void;
        /**
         * Does it.
         *
         * @example
         * shown();
         */
        export declare const shown: () => void;
        /** Is one. */
        export declare class Unshown {}
        /** Is one, too. */
        export declare class Shown {
          /**
           * Is shown.
           *
           * @example
           * new Shown().show();
           */
          show(): void;
        }
        /** Goes wrong. */
        export declare class ThingBrokenError extends Error {}`,
  });
  expect(documentedOf(declarations, '.').flatMap(lacksOf)).toEqual([
    'Silent has no doc comment',
    'Speaks.quiet has no doc comment',
    'Unshown has no example',
    'unshown has no example',
  ]);
});

/** What is wanting in the doc comments of a name. An error is not made by users: it needs no example. */
function lacksOf({ name, kind, text, hasExample, silentMethods }: Documented): string[] {
  const wantsExample = kind === 'function' || (kind === 'class' && !name.endsWith('Error'));
  return [
    ...(text === '' ? [`${name} has no doc comment`] : []),
    ...silentMethods.map((method) => `${name}.${method} has no doc comment`),
    ...(wantsExample && !hasExample ? [`${name} has no example`] : []),
  ];
}

/** The addresses of a page's headings, as GitHub gives them: one that is there already gets a number. */
function headingsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#{2,3} (.*)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  );
  return headings.map((heading, n) => {
    const before = headings.slice(0, n).filter((each) => each === heading).length;
    return before === 0 ? heading : `${heading}-${before}`;
  });
}
