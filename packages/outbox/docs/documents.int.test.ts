import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { CHANNELS, METRICS } from '../src/telemetry/names.ts';
import { blocksOfMarkdown, compileBlocks } from './compile-blocks.ts';

jest.setTimeout(120_000);

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** What the reader of a document has at hand. */
const PRELUDE = `
import type { Kysely } from 'kysely';
import type { Pool, PoolClient } from 'pg';
declare global {
  const pool: Pool;
  const billingPool: Pool;
  const client: PoolClient;
  const brokers: string[];
  const order: { id: string; total: string; totalMinor: string };
  const db: Kysely<{ orders: { id: string; total: string; totalMinor: string } }>;
}`;

/** What the reader of a later page has besides: he has read how it is created. */
const WHAT_RUNS = `
declare global {
  const relay: import('@bezel/outbox').Relay;
  const consumer: import('@bezel/outbox').Consumer;
}`;

const README = blocksOfMarkdown('README.md', read('../README.md'));
const PAGES = ['writing.md', 'handling.md', 'running.md'].map((name) =>
  blocksOfMarkdown(`docs/${name}`, read(`./${name}`)),
);
const ROOT_README = blocksOfMarkdown('../../README.md', read('../../../README.md'));

/** By kind and unit, as each instrument is created. A histogram gives more than one. */
function prometheusNames(): string[] {
  const created = /[mM]eter(?:\(INSTRUMENTATION\))?\.create(\w+)\(METRICS\.(\w+)(?:, \{ unit: '(\w+)' \})?/g;
  const suffixes: Record<string, string> = { s: '_seconds', By: '_bytes' };
  const found = sources().flatMap(({ text }) =>
    [...text.matchAll(created)].map(([, kind = '', name = '', unit = '']) => {
      const plain = METRICS[name as keyof typeof METRICS].replaceAll('.', '_');
      return { name, prometheus: `${plain}${suffixes[unit] ?? ''}${kind === 'Counter' ? '_total' : ''}` };
    }),
  );
  expect(new Set(found.map(({ name }) => name))).toEqual(new Set(Object.keys(METRICS)));
  return found.map(({ prometheus }) => prometheus);
}

const sources = (): { path: string; text: string }[] =>
  readdirSync(new URL('../src/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\.spec\.ts$|fixtures/.test(path))
    .map((path) => ({ path, text: read(`../src/${path}`) }));

describe('code in documents', () => {
  test("every ts block of this package's README compiles", () => {
    expect(README.blocks.length).toBeGreaterThan(1);
    expect(compileBlocks([README], PRELUDE)).toEqual([]);
  });

  test('every ts block of the pages about writing, handling and running compiles', () => {
    expect(PAGES.flatMap(({ blocks }) => blocks).length).toBeGreaterThan(12);
    expect(compileBlocks(PAGES, PRELUDE + WHAT_RUNS)).toEqual([]);
  });

  test("every ts block of the repository's README compiles", () => {
    expect(ROOT_README.blocks.length).toBeGreaterThan(1);
    expect(compileBlocks([ROOT_README], PRELUDE)).toEqual([]);
  });

  test('every ts block of the page of errors compiles', () => {
    const before = [
      "import { createOutbox } from '@bezel/outbox';",
      "import { OrderPlaced } from './order-placed.ts';",
      "const outbox = createOutbox({ source: '/shop' });",
      'const [tx, data] = [client, { orderId: order.id, totalMinor: order.totalMinor }];',
    ].join(' ');
    const { name, blocks } = blocksOfMarkdown('docs/errors.md', read('./errors.md'));
    expect(compileBlocks([{ name, blocks: [{ line: 1, code: before }, ...blocks] }], PRELUDE)).toEqual([]);
  });

  test('every ts block of the guide to Nest compiles, with the decorators that Nest wants', () => {
    const guide = blocksOfMarkdown('docs/nestjs.md', read('./nestjs.md'));
    expect(guide.blocks.length).toBeGreaterThan(5);
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true, erasableSyntaxOnly: false };
    expect(compileBlocks([guide], PRELUDE, decorators)).toEqual([]);
  });

  test('what does not exist, or takes something else, is found at its line', () => {
    const broken = blocksOfMarkdown(
      'broken.md',
      [
        '# Broken',
        '',
        '```ts',
        "import { createOutbox, createRelais } from '@bezel/outbox';",
        "const outbox = createOutbox({ source: '/x', sauce: 1 });",
        '```',
        'Later:',
        '```ts',
        'await outbox.wrote(client);',
        'unknownName();',
        '```',
      ].join('\n'),
    );
    expect(compileBlocks([broken], PRELUDE).map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
      'broken.md:1 TS2724',
      'broken.md:5 TS2353',
      'broken.md:9 TS2551',
      'broken.md:10 TS2304',
    ]);
  });

  test('a block that names an example shows that example', () => {
    const quoted = PAGES.flatMap(({ blocks }) => blocks).flatMap(({ code }) => {
      const [, file, shown] = /^\/\/ (examples\/[\w-]+\.ts)\n([\s\S]*)$/.exec(code) ?? [];
      return file === undefined || shown === undefined ? [] : [{ file, shown }];
    });
    expect(quoted.length).toBeGreaterThan(3);
    for (const { file, shown } of quoted) {
      expect(read(`../${file}`)).toContain(shown.trim());
    }
  });
});

describe('docs/telemetry.md', () => {
  test('names every metric and channel there is, and none that there is not', () => {
    const listed = new Set(read('./telemetry.md').match(/bezel\.outbox\.[\w.-]*\w/g));
    expect([...listed].toSorted()).toEqual(
      [...new Set([...Object.values(METRICS), ...Object.values(CHANNELS)])].toSorted(),
    );
  });

  test('asks for metrics in alerts by the names that Prometheus gives them', () => {
    const known = new Set(prometheusNames());
    const asked = new Set(read('./telemetry.md').match(/\bbezel_outbox_\w+/g));
    expect(asked.size).toBeGreaterThan(8);
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });
});
