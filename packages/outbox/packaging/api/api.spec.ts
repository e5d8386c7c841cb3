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
    expect(lines(surface.mentioned)).toEqual([
      'interface Part { readonly of: Thing; }',
      'interface Unmentioned { x: 1; }',
    ]);
  });

  test('tells what is there at run time from what is a type', () => {
    expect(surface.values).toEqual(['createThing']);
  });
});
