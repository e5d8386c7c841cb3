import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { CHECKOUT, run, TEST_RUN_FOLDER_VARIABLE, waitForLock } from '@bezel/local/bench';

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
 * The tarball, packed once in a test run: whoever comes first packs it, under a lock. Without a run (a plain `jest`) it is
 * packed anew, and goes with the object.
 */
export async function packTarball(): Promise<Tarball> {
  const shared = process.env[TEST_RUN_FOLDER_VARIABLE];
  if (shared === undefined) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bezel-package-')));
    await packInto(folder);
    return { ...tarballIn(folder), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  }
  const folder = join(realpathSync(shared), 'package');
  using _ = await waitForLock(`${folder}.lock`, () => {});
  if (!existsSync(folder)) {
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true }); // of a file that failed
    mkdirSync(draft);
    await packInto(draft);
    renameSync(draft, folder);
  }
  return { ...tarballIn(folder), [Symbol.dispose]: () => {} };
}

const projectIn = (folder: string): string => join(folder, 'project');
const unpackedIn = (folder: string): string => join(projectIn(folder), 'node_modules', '@bezel', 'outbox');

function tarballIn(folder: string): Omit<Tarball, keyof Disposable> {
  const name = readdirSync(folder).find((entry) => entry.endsWith('.tgz'));
  if (name === undefined) {
    throw new Error(`npm pack left no tarball in ${folder}`);
  }
  return { file: join(folder, name), unpacked: unpackedIn(folder), project: projectIn(folder) };
}

/**
 * Packs a copy of the package: its `prepack` empties and rebuilds `dist`, which in the checkout others may be running
 * from, and what lies in the checkout's `dist` from another day is not in a release either.
 */
async function packInto(folder: string): Promise<void> {
  const copy = join(folder, 'packages', 'outbox');
  cpSync(PACKAGE, copy, {
    recursive: true,
    filter: (source) => !LEFT_OUT.some((left) => source === left || source.startsWith(left + sep)),
  });
  cpSync(join(CHECKOUT, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  await npm(copy, 'pack', '--pack-destination', folder);
  mkdirSync(unpackedIn(folder), { recursive: true });
  await run('tar', ['-xzf', tarballIn(folder).file, '--strip-components=1', '-C', unpackedIn(folder)]);
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
