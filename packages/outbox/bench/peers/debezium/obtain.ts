import { join } from 'node:path';
import {
  cachedOrFilled,
  type Installed,
  installedJavas,
  type MavenArtifact,
  mavenJars,
  onPath,
  type Progress,
  VERSIONS,
} from '@bezel/local/bench';
import { preferredJava } from './java.ts';

export const DEBEZIUM_VERSION = '3.6.1.Final';

const JARS: readonly MavenArtifact[] = [
  { group: 'io.debezium', name: 'debezium-connector-postgres', version: DEBEZIUM_VERSION },
  { group: 'org.apache.kafka', name: 'connect-runtime', version: VERSIONS.kafka },
  { group: 'org.apache.logging.log4j', name: 'log4j-slf4j-impl', version: '2.25.4' },
];

/** What it takes to run Debezium in Kafka Connect. */
export interface DebeziumProgram {
  readonly java: Installed;
  /** Folder of jars. */
  readonly libs: string;
}

/** Finds a Java, and gets the jars into the user's cache folder, once. Throws an error that says what is missing. */
export async function obtainDebezium(progress: Progress, signal: AbortSignal): Promise<DebeziumProgram> {
  const java = preferredJava(await installedJavas());
  const fill = async (folder: string): Promise<void> => {
    const [mvn] = onPath('mvn');
    if (mvn === undefined) {
      throw new Error('its jars come from Maven Central, and there is no "mvn" on the PATH');
    }
    await progress.step(`Debezium ${DEBEZIUM_VERSION} from Maven Central (41 MB, once)`, (detail) =>
      mavenJars(JARS, folder, { mvn, signal, onLine: detail }),
    );
  };
  const waiting = (pid: number): void => progress.say(`  · process ${pid} is getting Debezium; waiting for it`);
  const entry = `peer-debezium-${DEBEZIUM_VERSION}-connect-${VERSIONS.kafka}`;
  return { java, libs: join(await cachedOrFilled(entry, fill, waiting, signal), 'libs') };
}
