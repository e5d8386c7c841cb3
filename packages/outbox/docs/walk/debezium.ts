import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress } from '@bezel/local/bench';
import { freePort, testServers, waitFor } from '@bezel/local/testing';
import { type DebeziumProgram, obtainDebezium } from '../../bench/peers/debezium/obtain.ts';
import { JVM_OPTIONS, propertiesFile } from '../../bench/peers/debezium/settings.ts';

/** Kafka Connect with one connector. Its offsets are kept in the folder, so that one started there anew goes on. */
export interface RunningDebezium {
  stop(): Promise<void>;
}

/** Debezium with the settings of a page, which name everything but the servers. */
export async function startDebezium(
  { java, libs }: DebeziumProgram,
  { folder, settings, databaseUrl }: { folder: string; settings: string; databaseUrl: string },
): Promise<RunningDebezium> {
  const port = await freePort();
  const url = new URL(databaseUrl);
  writeFileSync(
    join(folder, 'worker.properties'),
    propertiesFile({
      'bootstrap.servers': testServers().kafkaBrokers.join(','),
      listeners: `http://127.0.0.1:${port}`,
      'offset.storage.file.filename': join(folder, 'offsets'),
      'offset.flush.interval.ms': 1_000,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'plugin.discovery': 'service_load',
    }),
  );
  const server = propertiesFile({
    name: 'outbox',
    'database.hostname': url.hostname,
    'database.port': url.port,
    'database.user': decodeURIComponent(url.username),
    'database.password': decodeURIComponent(url.password),
    'database.dbname': url.pathname.slice(1),
  });
  writeFileSync(join(folder, 'connector.properties'), `${settings}\n${server}`, { mode: 0o600 });
  const logFile = join(folder, 'connect.log');
  const log = openSync(logFile, 'a');
  const args = ['-cp', join(libs, '*'), 'org.apache.kafka.connect.cli.ConnectStandalone'];
  const child = spawn(java.file, [...JVM_OPTIONS, ...args, 'worker.properties', 'connector.properties'], {
    cwd: folder,
    stdio: ['ignore', log, log],
  });
  const ended = once(child, 'exit');
  // Whatever becomes of the test.
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  await waitFor(
    'Debezium to run',
    async () => {
      if (child.exitCode !== null)
        throw new Error(`Kafka Connect ended: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
      const answer = await fetch(`http://127.0.0.1:${port}/connectors/outbox/status`).catch(() => undefined);
      const { tasks = [] } = ((await answer?.json()) ?? {}) as { tasks?: { state: string; trace?: string }[] };
      if (tasks[0]?.state === 'FAILED') throw new Error(tasks[0].trace);
      return tasks[0]?.state === 'RUNNING';
    },
    { deadlineMs: 90_000, everyMs: 200 },
  );
  return {
    /** Also when it has ended. */
    async stop() {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', onExit);
    },
  };
}

/** Debezium, or why it cannot be had here. */
export async function debeziumOrWhyNot(): Promise<DebeziumProgram | string> {
  if (process.env['BEZEL_TEST_FULL'] !== '1') return 'runs in npm run test:full';
  return obtainDebezium(
    createProgress(() => {}),
    AbortSignal.timeout(120_000),
  ).catch((error: Error) => error.message);
}

export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'bezel-debezium-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}
