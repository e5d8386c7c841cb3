import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchArchive } from '../../download/archive.ts';
import { cached, cachedOrFilled } from '../../download/cache.ts';
import { type MavenArtifact, mavenJars } from '../../download/maven.ts';
import { kafkaArchives, VERSIONS } from '../../download/releases.ts';
import type { Choice } from '../choosing/choice.ts';
import type { ProvideContext } from '../context.ts';
import { KAFKA_ENTRY } from '../entries.ts';
import type { Progress } from '../progress.ts';
import { megabytes } from './temporal-program.ts';
import { firstThatWorks, type Obtained } from './ways.ts';

/** Gets the folder of Kafka's jars, from the first way that works. */
export function obtainKafka(
  choice: Extract<Choice, { source: 'native' }>,
  { machine, progress, signal }: Pick<ProvideContext, 'machine' | 'progress' | 'signal'>,
): Promise<Obtained<string>> {
  const waiting = (pid: number): void => progress.say(`  · process ${pid} is getting Kafka; waiting for it`);
  const filled = async (fill: (folder: string) => Promise<void>): Promise<string> =>
    join(await cachedOrFilled(KAFKA_ENTRY, fill, waiting, signal), 'libs');
  return firstThatWorks(
    choice,
    {
      path: async () => machine.onPath.kafka?.file ?? '',
      cache: async () => join(cached(KAFKA_ENTRY), 'libs'),
      archive: () => filled((folder) => fromArchives(folder, progress, signal)),
      maven: () =>
        filled((folder) =>
          progress.step('Kafka from Maven Central', (detail) =>
            mavenJars(JARS, folder, { mvn: machine.onPath.maven?.file ?? 'mvn', signal, onLine: detail }),
          ),
        ),
    },
    progress,
    signal,
  );
}

async function fromArchives(folder: string, progress: Progress, signal: AbortSignal): Promise<void> {
  const failures: string[] = [];
  for (const archive of kafkaArchives(process.env['BEZEL_KAFKA_RELEASES'])) {
    try {
      await progress.step(`Kafka from ${new URL(archive.url).host}`, (detail) =>
        fetchArchive(archive, folder, (received, total) => detail(megabytes(received, total)), undefined, signal),
      );
      const [unpacked] = (await readdir(folder)).filter((name) => name.startsWith('kafka_'));
      await rename(join(folder, unpacked ?? '', 'libs'), join(folder, 'libs'));
      await rm(join(folder, unpacked ?? ''), { recursive: true });
      return;
    } catch (error) {
      signal.throwIfAborted();
      failures.push((error as Error).message);
    }
  }
  throw new Error(failures.join('; '));
}

// The tools hold the storage formatter; without a binding of slf4j 1.7 to log4j the broker logs nothing.
const JARS: readonly MavenArtifact[] = [
  { group: 'org.apache.kafka', name: 'kafka_2.13', version: VERSIONS.kafka },
  { group: 'org.apache.kafka', name: 'kafka-tools', version: VERSIONS.kafka },
  { group: 'org.apache.logging.log4j', name: 'log4j-slf4j-impl', version: '2.25.4' },
];
