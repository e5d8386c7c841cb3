import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import * as root from '../../src/index.ts';
import { subpathsOf } from '../manifest.ts';
import { emitDeclarations } from './declarations.ts';
import { declared } from './declared.ts';
import { renderReport, reportFileOf } from './report.ts';
import { surfaceOf } from './surface.ts';

jest.setTimeout(120_000);

const PACKAGE = new URL('../../', import.meta.url);
const REGENERATE = 'the public surface changed: run "npm run api", and a changeset has to say what changed';
const declarations = emitDeclarations();

describe('the public surface is as checked in', () => {
  test.each(subpathsOf())('%s', (subpath) => {
    const report = renderReport(subpath, surfaceOf(declarations, subpath));
    const checkedIn = readFileSync(new URL(reportFileOf(subpath), PACKAGE), 'utf8');
    expect({ [REGENERATE]: checkedIn }).toEqual({ [REGENERATE]: report });
  });

  test('and nothing is checked in of a subpath that is gone', () => {
    expect(readdirSync(new URL('api/', PACKAGE)).map((name) => `api/${name}`)).toEqual(
      subpathsOf().map(reportFileOf).toSorted(),
    );
  });
});

test('the root has at most 15 names at run time, and the report knows them', () => {
  const names = Object.keys(root).toSorted();
  expect(names.length).toBeLessThanOrEqual(15);
  expect(surfaceOf(declarations, '.').values).toEqual(names);
});

/** Types that nobody has to name: parts of what `on` makes, of what Kysely is asked, and of what `OutboxModule` is given. */
const NAMELESS = ['BoundToEvent', 'CompiledStatement', 'PartsOf', 'Shared', 'TakesBatch', 'TakesOne'];

test('every type that an exported name leads to can be imported, but for a few that nobody has to name', () => {
  const nameless = subpathsOf().flatMap((subpath) => surfaceOf(declarations, subpath).nameless);
  const names = nameless.map((text) => /(?:interface|type|class) (\w+)/.exec(text)?.[1]);
  expect([...new Set(names)].toSorted()).toEqual(NAMELESS);
});

describe('a surface', () => {
  const surface = surfaceOf(
    declared({
      'index.d.ts': `
        export { createThing, type Kind, type Thing as Renamed } from './thing.ts';
        export type { NotAtRunTime } from './thing.ts';`,
      'thing.d.ts': `
        import type { Pool } from 'pg';
        /** What is said about it is no part of it. */
        export interface Thing { readonly part: Part; readonly pool: Pool }
        export interface Part { readonly of: Thing }
        export type Kind = 'a' | 'b';
        export declare class NotAtRunTime { own: Unmentioned['x'] }
        interface Unmentioned { x: 1 }
        export interface Elsewhere { y: 2 }
        export declare const createThing: (kind: Kind) => Thing;`,
    }),
    '.',
  );

  test('has every exported declaration, in the order of names, and all that these mention', () => {
    const lines = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll(/\s+/g, ' '));
    expect(lines(surface.exported)).toEqual([
      "type Kind = 'a' | 'b';",
      "class NotAtRunTime { own: Unmentioned['x']; }",
      'interface Thing { readonly part: Part; readonly pool: Pool; }',
      'const createThing: (kind: Kind) => Thing;',
    ]);
    expect(lines(surface.nameless)).toEqual([
      'interface Part { readonly of: Thing; }',
      'interface Unmentioned { x: 1; }',
    ]);
  });

  test('says what another subpath exports, and leaves what that leads to out', () => {
    const declarations = declared(
      {
        'index.d.ts': `export type { Publisher } from './publisher.ts';`,
        'kafka.d.ts': `
        import type { Publisher } from './publisher.ts';
        export declare function publisher(): Publisher;`,
        'publisher.d.ts': `
        export interface Publisher { close(how: Hidden): void }
        interface Hidden { x: 1 }`,
      },
      { '.': 'index.d.ts', './kafka': 'kafka.d.ts' },
    );
    expect(surfaceOf(declarations, './kafka')).toMatchObject({
      exported: ['function publisher(): Publisher;'],
      elsewhere: new Map([['.', ['Publisher']]]),
      nameless: [],
    });
    expect(surfaceOf(declarations, '.')).toMatchObject({
      elsewhere: new Map(),
      nameless: [expect.stringMatching('Hidden')],
    });
  });

  test('tells what is there at run time from what is a type', () => {
    expect(surface.values).toEqual(['createThing']);
  });
});
