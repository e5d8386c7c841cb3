import { join } from 'node:path';
import { cached, cachedOrFilled, isCached } from '../../../download/cache.ts';
import { type GoBuild, goBuild } from '../../../download/go-build.ts';
import { VERSIONS } from '../../../download/releases.ts';
import type { Choice } from '../../choosing/choice.ts';
import type { ProvideContext } from '../../context.ts';
import { TEMPORAL_SERVER_ENTRY, TEMPORAL_UI_ENTRY } from '../../entries.ts';
import { firstThatWorks, type Obtained } from '../ways.ts';

type Context = Pick<ProvideContext, 'machine' | 'progress' | 'signal'>;

/** The full server and the tool that sets its tables up. */
export interface TemporalServerPrograms {
  readonly server: string;
  readonly sqlTool: string;
}

const programsIn = (folder: string): TemporalServerPrograms => ({
  server: join(folder, 'temporal-server'),
  sqlTool: join(folder, 'temporal-sql-tool'),
});

/** Gets the full server's programs: from the user's cache, or built with Go, which takes minutes once. */
export function obtainTemporalServer(
  choice: Extract<Choice, { source: 'native' }>,
  context: Context,
): Promise<Obtained<TemporalServerPrograms>> {
  const version = VERSIONS.temporalServer;
  return firstThatWorks(
    choice,
    {
      cache: async () => programsIn(cached(TEMPORAL_SERVER_ENTRY)),
      go: async () =>
        programsIn(
          await built(TEMPORAL_SERVER_ENTRY, `the full Temporal server ${version}`, context, {
            module: 'go.temporal.io/server',
            version,
            programs: { 'temporal-server': 'cmd/server', 'temporal-sql-tool': 'cmd/tools/sql' },
          }),
        ),
    },
    context.progress,
    context.signal,
  );
}

/**
 * Gets the web UI's program, or null when it cannot be had, which is told in a line: the server works without it.
 */
export async function obtainTemporalUi(context: Context): Promise<string | null> {
  const program = join(cached(TEMPORAL_UI_ENTRY), 'temporal-ui');
  if (isCached(TEMPORAL_UI_ENTRY)) {
    return program;
  }
  try {
    await built(TEMPORAL_UI_ENTRY, `Temporal's web UI ${VERSIONS.temporalUi}`, context, {
      module: 'github.com/temporalio/ui-server/v2',
      version: VERSIONS.temporalUi,
      programs: { 'temporal-ui': 'cmd/server' },
    });
    return program;
  } catch (error) {
    context.signal.throwIfAborted();
    context.progress.say(`  · no web UI for Temporal: ${(error as Error).message.split('\n')[0]}`);
    return null;
  }
}

function built(entry: string, what: string, { machine, progress, signal }: Context, build: GoBuild): Promise<string> {
  return cachedOrFilled(
    entry,
    (folder) =>
      progress.step(`building ${what} with Go (minutes, once)`, (detail) =>
        goBuild(machine.onPath.go?.file ?? 'go', build, folder, { onLine: detail, signal }),
      ),
    (pid) => progress.say(`  · process ${pid} is building ${what}; waiting for it`),
    signal,
  );
}
