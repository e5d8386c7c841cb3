import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../../download/cache.ts';
import { installedJavas } from '../../servers/choosing/machine.ts';
import { KAFKA_ENTRY } from '../../servers/entries.ts';
import { initialiseKafka, kafkaUnit, type NativeKafka } from '../../servers/native/kafka.ts';
import { waitFor } from '../wait-for.ts';
import { freePort } from './postgres.ts';

/** What a broker of one test file's own is started from. */
export type KafkaPrograms = Pick<NativeKafka, 'java' | 'libs'>;

/** A broker of one test file's own, empty at the start, gone at the end. */
export interface TestKafka extends AsyncDisposable {
  /** Its plain listener. */
  readonly broker: string;
}

/**
 * The jars that the local stack has fetched, and a Java to run them. Undefined where it runs Kafka in a container: a test
 * that needs a broker with settings of its own says so and is skipped.
 */
export async function installedKafka(): Promise<KafkaPrograms | undefined> {
  const libs = join(cached(KAFKA_ENTRY), 'libs');
  const [java] = await installedJavas();
  return existsSync(libs) && java !== undefined ? { java: java.file, libs } : undefined;
}

/** Starts a broker with listeners and settings beside those of the test run's own. */
export async function startKafka(
  programs: KafkaPrograms,
  more: Pick<NativeKafka, 'listeners' | 'settings'>,
): Promise<TestKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'bezel-kafka-'));
  const server = {
    ...programs,
    ...more,
    data: join(folder, 'data'),
    port: await freePort(),
    controllerPort: await freePort(),
    logFile: join(folder, 'log'),
  };
  await initialiseKafka(server);
  const unit = kafkaUnit(server);
  const running = await unit.launch(() => {});
  const end = async (): Promise<void> => {
    await running.stop(10_000);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const answers = () =>
      unit.probe().then(
        () => true,
        () => false,
      );
    await waitFor('Kafka', answers, { deadlineMs: 60_000, everyMs: 200 });
  } catch (error) {
    await end();
    throw error;
  }
  return { broker: `127.0.0.1:${server.port}`, [Symbol.asyncDispose]: end };
}
