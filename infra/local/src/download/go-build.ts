import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** What Go is to build. */
export interface GoBuild {
  /** The module whose programs they are, at a version. */
  readonly module: string;
  readonly version: string;
  /** Each program's package below the module, by the name its file gets. */
  readonly programs: Readonly<Record<string, string>>;
  /** Dependencies that must be of a later version than the module itself asks for: `name@v1.2.3`. */
  readonly atLeast?: readonly string[];
}

const OF_THE_BUILD = ['go.mod', 'go.sum'];

/**
 * Builds programs with Go into a folder. Go's own module proxy and checksums are used; nothing is installed outside of the
 * folder but Go's caches. The programs are built as dependencies of a module of their own: a module that replaces others
 * can be built so, which `go install` refuses, and a dependency can be of a later version.
 */
export async function goBuild(
  go: string,
  { module, version, programs, atLeast = [] }: GoBuild,
  folder: string,
  { onLine, signal }: { readonly onLine?: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  const options = {
    cwd: folder,
    env: { GOFLAGS: '', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
    signal,
    ...(onLine === undefined ? {} : { onLine }),
  };
  const built = Object.entries(programs).map(([name, below]) => [name, `${module}/${below}`] as const);
  await run(go, ['mod', 'init', 'built'], options);
  await run(go, ['get', ...built.map(([, program]) => `${program}@v${version}`)], options);
  if (atLeast.length > 0) await run(go, ['get', ...atLeast], options);
  for (const [name, program] of built) await run(go, ['build', '-v', '-o', name, program], options);
  for (const file of OF_THE_BUILD) await rm(join(folder, file));
}
