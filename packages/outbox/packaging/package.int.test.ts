import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@bezel/local/bench';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import { subpathsOf } from './manifest.ts';
import { filesOf, packTarball, program, type Tarball } from './tarball.ts';

jest.setTimeout(300_000);

let tarball: Tarball;
beforeAll(async () => {
  tarball = await packTarball();
});
afterAll(() => tarball?.[Symbol.dispose]());

const NAME = '@bezel/outbox';
const SUBPATHS = subpathsOf();
const FOLDERS = ['dist', 'docs', 'examples', 'migrations', 'src'];

describe('what npm would publish', () => {
  test('is sources, what was built of them, documents, examples and migrations, and no test', () => {
    const files = filesOf(tarball);
    const [top, folders] = [files.filter((file) => !file.includes('/')), files.filter((file) => file.includes('/'))];
    expect(top).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    expect([...new Set(folders.map((file) => file.split('/')[0]))]).toEqual(FOLDERS);
    expect(files.filter((file) => /\.(spec|test)\.|fixtures|tsbuildinfo/.test(file))).toEqual([]);
    expect(files.filter((file) => /^dist.*\.ts$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
  });

  test('has every file that its source maps lead to', () => {
    const maps = filesOf(tarball).filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(100);
    const missing = maps.flatMap((file) => {
      const { sources } = JSON.parse(readFileSync(join(tarball.unpacked, file), 'utf8')) as { sources: string[] };
      return sources.filter((source) => !existsSync(resolve(tarball.unpacked, dirname(file), source)));
    });
    expect(missing).toEqual([]);
  });

  test('has nothing that publint would change', async () => {
    await program('publint', tarball.unpacked, 'run', '.', '--pack', 'false', '--strict');
  });

  test('has types that TypeScript finds, for every subpath, in Node and in a bundler', async () => {
    const report = await program('attw', tarball.project, tarball.file, '--profile', 'esm-only', '--format', 'json');
    const { analysis } = JSON.parse(report) as { analysis: { entrypoints: Record<string, unknown> } };
    expect(Object.keys(analysis.entrypoints)).toEqual(expect.arrayContaining([...SUBPATHS]));
  });
});

/** What else the package itself may import at run time, by the subpath that is loaded. Types are gone by then. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  '.': ['@opentelemetry/api', 'pg'],
  './errors': [],
  './event': [],
  './kafkajs': ['kafkajs'],
  './platformatic': ['@platformatic/kafka'],
  './nestjs': ['@nestjs/common', '@nestjs/core', '@nestjs/terminus', '@opentelemetry/api', 'pg'],
  './testing': ['@opentelemetry/api', 'pg'],
};

describe('a process that imports', () => {
  test.each(SUBPATHS)('%s loads no package that this subpath can do without', async (subpath) => {
    const loaded = await packagesLoadedBy(`await import('${join(NAME, subpath)}')`);
    expect(IMPORTS[subpath]).toEqual(expect.arrayContaining(loaded));
  });

  test('a publisher loads its Kafka client', async () => {
    expect(await packagesLoadedBy(`await import('${NAME}/kafkajs')`)).toEqual(['kafkajs']);
    expect(await packagesLoadedBy(`await import('${NAME}/platformatic')`)).toEqual(['@platformatic/kafka']);
  });
});

/** The other packages that files of this one import while a fresh process runs the code. */
async function packagesLoadedBy(code: string): Promise<string[]> {
  const recorder = fileURLToPath(new URL('record-imports.ts', import.meta.url));
  const args = ['--disable-warning=ExperimentalWarning', `--import=${recorder}`, '--input-type=module', '--eval', code];
  const written = await run(process.execPath, args, { cwd: tarball.project, env: { NODE_OPTIONS: '' } });
  const imports = JSON.parse(written) as [importer: string, imported: string][];
  const named = imports.map(([importer, imported]) => [packageOf(importer), packageOf(imported)] as const);
  const others = named.flatMap(([importer, imported]) =>
    importer === NAME && imported !== undefined && imported !== NAME ? [imported] : [],
  );
  expect(named.some(([, imported]) => imported === NAME)).toBe(true);
  return [...new Set(others)].toSorted();
}

/** The name after the last `node_modules` of a path. */
const packageOf = (file: string): string | undefined => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];

/** A name, the folders of `dist` that it may bring into a bundle, the packages, and how many bytes at most, minified. */
const BUNDLES: readonly [name: string, folders: readonly string[], packages: readonly string[], bytes: number][] = [
  ['defineEvent', ['event'], [], 200],
  ['on', ['consumer'], [], 500],
  ['uuidv7', ['id'], [], 1_000],
  [
    'createOutbox',
    ['database', 'errors', 'event', 'id', 'shard', 'telemetry', 'testing', 'writer'],
    ['@opentelemetry/api', 'pg'],
    12_000,
  ],
];

describe('a bundle of a program that uses', () => {
  test.each(BUNDLES)('%s holds that and not the rest of the package', async (name, folders, packages, bytes) => {
    const bundle = await bundled(`import { ${name} } from '${NAME}'; globalThis.used = ${name};`);
    expect(bundle.files.length).toBeGreaterThan(0);
    expect(folders).toEqual(expect.arrayContaining(bundle.files.map((file) => file.split('/')[0])));
    expect(packages).toEqual(expect.arrayContaining([...bundle.packages]));
    expect(bundle.bytes).toBeLessThan(bytes);
  });

  test('a publisher names the client that it brings', async () => {
    const bundle = await bundled(
      `import { kafkajsPublisher } from '${NAME}/kafkajs'; globalThis.used = kafkajsPublisher;`,
    );
    expect(bundle.packages).toContain('kafkajs');
  });
});

interface Bundle {
  /** The files of this package, within `dist`, of which something is in the bundle. */
  readonly files: readonly string[];
  /** The packages that it imports, or has taken in. */
  readonly packages: readonly string[];
  readonly bytes: number;
}

async function bundled(code: string): Promise<Bundle> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: tarball.project },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    packages: 'bundle',
    external: ['pg', '@opentelemetry/api', 'kafkajs', '@platformatic/kafka', '@nestjs/*'],
    write: false,
    metafile: true,
    logLevel: 'silent',
    absWorkingDir: tarball.project,
  });
  const outputs = Object.values(metafile.outputs);
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  const taken = inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput === 0 ? [] : [file]));
  const imported = outputs.flatMap((output) => output.imports.map(({ path }) => path));
  const own = taken.flatMap((file) => file.split(`node_modules/${NAME}/dist/`)[1] ?? []);
  const others = taken.flatMap((file) => packageOf(file) ?? []).filter((name) => name !== NAME);
  return {
    files: own,
    packages: [...new Set([...others, ...imported.filter((path) => !path.startsWith('node:'))])],
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
