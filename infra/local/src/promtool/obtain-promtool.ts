import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedOrFilled } from '../download/cache.ts';
import { goBuild } from '../download/go-build.ts';
import { VERSIONS } from '../download/releases.ts';
import { run } from '../download/run.ts';
import { onPath } from '../servers/choosing/machine.ts';

/** Promtool's file and where it comes from; or why it cannot be had, a line a way that was tried. */
export type ObtainedPromtool = { readonly file: string; readonly from: string } | { readonly why: readonly string[] };

const ENTRY = `promtool-${process.platform}-${process.arch}`;

/**
 * Gets Prometheus' own checker of rule files: the one on the PATH, one that was fetched before, the one in Debian's
 * package, or one that Go builds. Nothing is installed: what is fetched goes into the user's cache folder, and root's
 * rights are not needed.
 */
export async function obtainPromtool(say: (line: string) => void, signal: AbortSignal): Promise<ObtainedPromtool> {
  const [installed] = onPath('promtool');
  if (installed !== undefined) return { file: installed, from: 'the one on the PATH' };
  const why: string[] = [];
  let from = 'from the cache folder';
  try {
    const folder = await cachedOrFilled(
      ENTRY,
      async (draft) => {
        from = await filled(draft, why, signal);
      },
      (pid) => say(`process ${pid} is getting promtool; waiting for it`),
      signal,
    );
    return { file: join(folder, 'promtool'), from };
  } catch (error) {
    signal.throwIfAborted();
    return { why: why.length > 0 ? why : [(error as Error).message] };
  }
}

/** Each with what it may take: a way that takes longer is given up like one that fails. */
const WAYS = [
  { from: "Debian's package", withinMs: 2 * 60_000, fill: fromDebian },
  { from: 'built with Go', withinMs: 8 * 60_000, fill: fromGo },
] as const;

/** All ways together take no longer than this. */
export const LONGEST_MS = WAYS.reduce((sum, { withinMs }) => sum + withinMs, 0);

async function filled(folder: string, why: string[], signal: AbortSignal): Promise<string> {
  for (const { from, withinMs, fill } of WAYS) {
    try {
      await fill(folder, AbortSignal.any([signal, AbortSignal.timeout(withinMs)]));
      return from;
    } catch (error) {
      signal.throwIfAborted();
      why.push(`${from}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new Error('no way is left');
}

/** `apt-get download` and `dpkg-deb` work for everybody; apt checks the package against Debian's signatures. */
async function fromDebian(folder: string, signal: AbortSignal): Promise<void> {
  await run('apt-get', ['download', 'prometheus'], { cwd: folder, signal });
  const [archive] = (await readdir(folder)).filter((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get left no package');
  await run('dpkg-deb', ['--extract', archive, 'unpacked'], { cwd: folder, signal });
  await rename(join(folder, 'unpacked', 'usr', 'bin', 'promtool'), join(folder, 'promtool'));
  await rm(join(folder, 'unpacked'), { recursive: true });
  await rm(join(folder, archive));
}

function fromGo(folder: string, signal: AbortSignal): Promise<void> {
  const module = 'github.com/prometheus/prometheus';
  const programs = { promtool: 'cmd/promtool' };
  return goBuild('go', { module, version: VERSIONS.prometheus, programs }, folder, { signal });
}
