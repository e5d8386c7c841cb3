import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { CHECKOUT, run } from '@bezel/local/bench';

const PACKAGE = dirname(import.meta.dirname);
const LEFT_OUT = ['dist', 'node_modules'].map((name) => join(PACKAGE, name));

/** What `npm publish` would upload, made of the checkout's sources. It goes with the object. */
export interface Tarball extends Disposable {
  readonly file: string;
  /** The tarball's content, as `node_modules/@bezel/outbox` of a project that sees all the checkout has installed. */
  readonly unpacked: string;
  /** That project. */
  readonly project: string;
}

/**
 * Packs a copy of the package: its `prepack` empties and rebuilds `dist`, which in the checkout others may be running
 * from, and what lies in the checkout's `dist` from another day is not in a release either.
 */
export async function packTarball(): Promise<Tarball> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bezel-package-')));
  const copy = join(folder, 'packages', 'outbox');
  cpSync(PACKAGE, copy, {
    recursive: true,
    filter: (source) => !LEFT_OUT.some((left) => source === left || source.startsWith(left + sep)),
  });
  cpSync(join(CHECKOUT, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  await npm(copy, 'pack', '--pack-destination', folder);
  const name = readdirSync(folder).find((entry) => entry.endsWith('.tgz'));
  if (name === undefined) {
    throw new Error(`npm pack left no tarball in ${folder}`);
  }
  const project = join(folder, 'project');
  const unpacked = join(project, 'node_modules', '@bezel', 'outbox');
  mkdirSync(unpacked, { recursive: true });
  await run('tar', ['-xzf', join(folder, name), '--strip-components=1', '-C', unpacked]);
  return {
    file: join(folder, name),
    unpacked,
    project,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** npm in a folder, without what an npm script around this one has set for its own workspace. */
export function npm(folder: string, ...args: string[]): Promise<string> {
  const env = Object.keys(process.env)
    .filter((name) => /^npm_(?!config_(registry|userconfig|cache)$)/i.test(name))
    .map((name) => [name, undefined]);
  return run('npm', args, { cwd: folder, env: Object.fromEntries(env) });
}

/** A program of the checkout's `node_modules`, run in a folder. */
export function program(name: string, folder: string, ...args: string[]): Promise<string> {
  return run(join(CHECKOUT, 'node_modules', '.bin', name), args, { cwd: folder, env: { FORCE_COLOR: '0' } });
}

/** Every file in the tarball, by its path within the package. */
export function filesOf({ unpacked }: Tarball): string[] {
  return readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1))
    .toSorted();
}
