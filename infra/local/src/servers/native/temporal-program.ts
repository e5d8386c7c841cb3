import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { type Archive, fetchArchive } from '../../download/archive.ts';
import { cached, cachedOrFilled, isCached } from '../../download/cache.ts';
import { goBuild } from '../../download/go-build.ts';
import { temporalArchive, VERSIONS } from '../../download/releases.ts';
import type { Choice } from '../choosing/choice.ts';
import type { ProvideContext } from '../context.ts';
import { TEMPORAL_ENTRIES } from '../entries.ts';
import type { Progress } from '../progress.ts';
import { firstThatWorks, type Obtained } from './ways.ts';

const programIn = (folder: string): string => join(folder, 'temporal');

/** The program that an earlier start has got; undefined when none has. */
export function cachedTemporal(): string | undefined {
  const entry = Object.values(TEMPORAL_ENTRIES).find(isCached);
  return entry === undefined ? undefined : programIn(cached(entry));
}

/** Gets the `temporal` program (its path), from the first way that works. */
export function obtainTemporal(
  choice: Extract<Choice, { source: 'native' }>,
  { machine, progress, signal }: Pick<ProvideContext, 'machine' | 'progress' | 'signal'>,
): Promise<Obtained<string>> {
  const waiting = (pid: number): void => progress.say(`  · process ${pid} is getting Temporal; waiting for it`);
  const filled = async (way: 'archive' | 'go', fill: (folder: string) => Promise<void>): Promise<string> =>
    programIn(await cachedOrFilled(TEMPORAL_ENTRIES[way], fill, waiting, signal));
  return firstThatWorks(
    choice,
    {
      path: async () => machine.onPath.temporal?.file ?? '',
      cache: async () => cachedTemporal() ?? '',
      archive: () => filled('archive', (folder) => fromArchive(machine, folder, progress, signal)),
      go: () => filled('go', (folder) => fromGo(machine.onPath.go?.file ?? 'go', folder, progress, signal)),
    },
    progress,
    signal,
  );
}

async function fromArchive(
  { platform, arch }: ProvideContext['machine'],
  folder: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const archive: Archive | null = temporalArchive(platform, arch, process.env['BEZEL_TEMPORAL_RELEASES']);
  if (archive === null) {
    throw new Error(`there is no release for ${platform} ${arch}`);
  }
  await progress.step('Temporal from its release on GitHub', (detail) =>
    fetchArchive(archive, folder, (received, total) => detail(megabytes(received, total)), undefined, signal),
  );
  await chmod(join(folder, 'temporal'), 0o755);
}

async function fromGo(go: string, folder: string, progress: Progress, signal: AbortSignal): Promise<void> {
  await progress.step('building Temporal with Go (minutes, once)', (detail) =>
    goBuild(
      go,
      {
        module: 'github.com/temporalio/cli',
        version: VERSIONS.temporal,
        programs: { temporal: 'cmd/temporal' },
        atLeast: [`modernc.org/sqlite@v${VERSIONS.temporalSqlite}`],
      },
      folder,
      { onLine: detail, signal },
    ),
  );
}

/** "12 of 45 MB", for progress. */
export function megabytes(received: number, total: number | null): string {
  const inMegabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(0);
  return total === null ? `${inMegabytes(received)} MB` : `${inMegabytes(received)} of ${inMegabytes(total)} MB`;
}
