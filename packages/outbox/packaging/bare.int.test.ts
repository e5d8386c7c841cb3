import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@bezel/local/bench';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readManifest } from './manifest.ts';
import { npm, packTarball } from './tarball.ts';

jest.setTimeout(300_000);

const NAME = '@bezel/outbox';
/** What needs none of the optional peers, and what needs which. */
const WITHOUT = ['.', './errors', './event', './testing'];
const NEEDED: Readonly<Record<string, string>> = {
  './kafkajs': 'kafkajs',
  './platformatic': '@platformatic/kafka',
  './nestjs': '@nestjs/',
};

const { peerDependencies, peerDependenciesMeta, devDependencies } = readManifest();
const OPTIONAL = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional === true);
const { devDependencies: tools } = readManifest(new URL('../../../package.json', import.meta.url));

describe('a project that installs the tarball and nothing else', () => {
  let folder: string;

  beforeAll(async () => {
    using tarball = await packTarball();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bezel-bare-')));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bare', private: true, type: 'module' }));
    // TypeScript and the types of Node are what its compiler needs, not this package.
    const compiler = ['typescript', '@types/node'].map((name) => `${name}@${tools[name] ?? devDependencies[name]}`);
    await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball.file, ...compiler);
  });
  afterAll(() => rmSync(folder ?? '', { recursive: true, force: true }));

  test('has the peers that it cannot do without, and none of the others', () => {
    const installed = Object.keys(peerDependencies).filter((name) => existsSync(join(folder, 'node_modules', name)));
    expect(OPTIONAL.length).toBeGreaterThan(3);
    expect(installed.toSorted()).toEqual(
      Object.keys(peerDependencies)
        .filter((name) => !OPTIONAL.includes(name))
        .toSorted(),
    );
  });

  test('imports all that is not about a client or a framework', async () => {
    const code = WITHOUT.map((subpath) => `await import('${join(NAME, subpath)}');`).join(' ');
    expect(await evaluated(`${code} process.stdout.write('done');`)).toBe('done');
  });

  test.each(Object.entries(NEEDED))('is told by %s which package is missing', async (subpath, missing) => {
    const code = `await import('${join(NAME, subpath)}').catch(({ code, message }) => process.stdout.write(code + ' ' + message));`;
    expect(await evaluated(code)).toMatch(new RegExp(`^ERR_MODULE_NOT_FOUND Cannot find package '${missing}`));
  });

  test('compiles against the types, none of them skipped', async () => {
    const compilerOptions = {
      ...{ target: 'es2024', lib: ['es2024', 'esnext.disposable'], module: 'nodenext', types: ['node'] },
      ...{ strict: true, skipLibCheck: false, noEmit: true },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    const imports = WITHOUT.map((subpath, n) => `import * as module${n} from '${join(NAME, subpath)}';`);
    writeFileSync(
      join(folder, 'program.ts'),
      [...imports, `console.log(${WITHOUT.map((_, n) => `module${n}`)});`].join('\n'),
    );
    await run(process.execPath, [join(folder, 'node_modules', '.bin', 'tsc')], { cwd: folder });
  });

  test('has a command that says what it can do', async () => {
    const bin = join(folder, 'node_modules', '.bin', 'bezel-outbox');
    expect(await run(bin, ['help'], { cwd: folder, env: { NODE_OPTIONS: '' } })).toContain('migrate');
  });

  const evaluated = (code: string): Promise<string> =>
    run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder, env: { NODE_OPTIONS: '' } });
});
