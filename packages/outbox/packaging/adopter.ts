import { cpSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@bezel/local/bench';
import { readManifest, subpathsOf } from './manifest.ts';
import { npm } from './tarball.ts';

/** A project of somebody else's that has installed the tarball; it goes with the object. */
export interface Adopter extends Disposable {
  /** The version of each peer that was installed. */
  readonly versions: Readonly<Record<string, string>>;
  /** Compiles the programs of `adopter/`, and an import of every subpath, with the project's own TypeScript, `skipLibCheck` false. Answers what it says. */
  compile(): Promise<string>;
  /** Runs `bezel-outbox`, as an npm script of the project would, and answers what it wrote to standard output. */
  command(...args: readonly string[]): Promise<string>;
  /** Runs a program that was compiled, and answers what it wrote to standard output. */
  run(program: 'program' | 'nest' | 'subpaths', ...args: readonly string[]): Promise<string>;
}

/** What a program needs that is written against this package; none of it is a peer. */
const TOOLS = ['@types/node', 'zod'];

/** docs/compatibility.md names both ends. */
const TYPESCRIPT: Readonly<Record<RangeEnd, string>> = { lowest: '5.9.3', highest: '6' };

/**
 * `@platformatic/kafka` names the types of `debug` in its own and does not bring them: without this its declarations do
 * not compile with `skipLibCheck` false, whoever uses them.
 */
const TYPES_A_PEER_FORGOT = '@types/debug@4.1.12';

const ROOT_MANIFEST = new URL('../../../package.json', import.meta.url);

/** The end of the peers' ranges that a project has. */
export type RangeEnd = 'lowest' | 'highest';

/** The peers as arguments for `npm install`: the first version of each range, or whatever is newest within it. */
export function peersAt(end: RangeEnd, ranges = readManifest().peerDependencies): string[] {
  return Object.entries(ranges).map(([name, range]) => `${name}@${end === 'lowest' ? firstOf(name, range) : range}`);
}

function firstOf(name: string, range: string): string {
  const [, first] = /^(?:\^|>=(?=.* <))(\d+\.\d+\.\d+)(?: <\d+\.\d+\.\d+)?$/.exec(range) ?? [];
  if (first === undefined) {
    throw new Error(
      `package.json asks for ${name} "${range}": a range has a first version and an end, ^1.2.3 or >=1.2.3 <2.0.0`,
    );
  }
  return first;
}

/** Installs the tarball into an empty project, with peers at one end of their ranges, and with a Node if one is named. */
export async function adopt(tarball: string, end: RangeEnd, node?: string): Promise<Adopter> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bezel-adopter-')));
  const project = { name: 'adopter', private: true, type: 'module', allowScripts: { node: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  cpSync(fileURLToPath(new URL('adopter/', import.meta.url)), folder, { recursive: true });
  renameSync(join(folder, 'tsconfig.adopter.json'), join(folder, 'tsconfig.json'));
  writeFileSync(join(folder, 'subpaths.ts'), importOfEach(subpathsOf()));
  const tools = TOOLS.map((name) => `${name}@${pinned(name)}`);
  const typescript = `typescript@${TYPESCRIPT[end]}`;
  const packages = [
    tarball,
    ...peersAt(end),
    ...tools,
    typescript,
    TYPES_A_PEER_FORGOT,
    ...(node === undefined ? [] : [node]),
  ];
  await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', '--strict-peer-deps', ...packages);
  const installed = JSON.parse(await npm(folder, 'ls', '--json', '--depth=0')) as {
    dependencies: Record<string, { version: string }>;
  };
  const names = Object.keys(readManifest().peerDependencies);
  const bin = (name: string): string => join(folder, 'node_modules', '.bin', name);
  return {
    versions: Object.fromEntries(names.map((name) => [name, installed.dependencies[name]?.version ?? 'none'])),
    command: (...args) => run(bin('bezel-outbox'), args, { cwd: folder, env: { NODE_OPTIONS: '' } }),
    compile: () => run(process.execPath, [bin('tsc')], { cwd: folder }),
    run: (program, ...args) =>
      run(node === undefined ? process.execPath : bin('node'), [`built/${program}.js`, ...args], {
        cwd: folder,
        env: { NODE_OPTIONS: '' },
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A program that imports every subpath and prints how many. */
const importOfEach = (subpaths: readonly string[]): string =>
  [
    ...subpaths.map((subpath, n) => `import * as module${n} from '${join('@bezel/outbox', subpath)}';`),
    `process.stdout.write(String([${subpaths.map((_, n) => `module${n}`)}].length));`,
  ].join('\n');

/** The version that this package is tested with. */
const pinned = (name: string): string =>
  readManifest().devDependencies[name] ?? readManifest(ROOT_MANIFEST).devDependencies[name] ?? 'latest';
