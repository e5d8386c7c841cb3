import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess, identify, openPorts, tailOfLog } from '@bezel/local/bench';
import { startProcess } from '@bezel/local/measuring';
import { waitFor } from '@bezel/local/testing';
import type { ConnectProgram } from './connect-process.ts';
import type { DebeziumProgram } from './obtain.ts';
import {
  CONNECTOR,
  connectorSettings,
  type DebeziumTarget,
  JVM_OPTIONS,
  propertiesFile,
  workerSettings,
} from './settings.ts';

/** Kafka Connect with Debezium's connector. Disposing of it ends it, and removes what it left in files. */
export interface Connect extends AsyncDisposable {
  /** Settles when the connector's task has stopped taking messages; the replication stream stays open. */
  pause(): Promise<void>;
  /** Settles when the order is taken. */
  resume(): Promise<void>;
  /** Stops the process where it stands, so that it takes no processor time of others. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/** JVM, Connect, its REST interface and the connector come up one after the other. */
const UP_MS = 120_000;

/** Starts it in a folder of its own, and waits until its task runs. */
export async function startConnect(
  { java, libs }: DebeziumProgram,
  target: Omit<DebeziumTarget, 'port'>,
  signal: AbortSignal,
): Promise<Connect> {
  await using starting = new AsyncDisposableStack();
  const cwd = await mkdtemp(join(tmpdir(), 'bezel-debezium-'));
  starting.defer(() => rm(cwd, { recursive: true, force: true, maxRetries: 5 }));
  const ports = starting.use(openPorts(join(cwd, 'ports.json')));
  const port = await ports.remembered('connect');
  await writeFile(join(cwd, 'worker.properties'), propertiesFile(workerSettings({ ...target, port })));
  await writeFile(join(cwd, 'connector.properties'), propertiesFile(connectorSettings({ ...target, port })), {
    mode: 0o600,
  });
  await writeFile(join(cwd, 'log4j2.xml'), LOGGING);
  const logFile = join(cwd, 'connect.log');
  const process = starting.use(
    startProcess<ConnectProgram>(new URL('./connect-process.ts', import.meta.url), {
      signal,
      nodeOptions: ['--conditions=@bezel/source'],
    }),
  );
  const args = [
    '-Dlog4j2.configurationFile=log4j2.xml',
    '-cp',
    join(libs, '*'),
    MAIN_CLASS,
    'worker.properties',
    'connector.properties',
  ];
  const pid = await process.ask('start', { file: java.file, args: [...JVM_OPTIONS, ...args], cwd, logFile });

  const jvm = identify(pid);
  // It ends with the process above it; but not if that is killed.
  if (jvm !== null) starting.defer(async () => void (await endProcess(jvm, 'SIGKILL', 0)));

  const connector = `http://127.0.0.1:${port}/connectors/${CONNECTOR}`;
  const order = async (what: 'pause' | 'resume'): Promise<void> => {
    const answer = await fetch(`${connector}/${what}`, { method: 'PUT', signal });
    if (!answer.ok) throw new Error(`Connect answers HTTP ${answer.status} to ${what}`);
  };
  /** Does not wait for a task that failed, or for a Connect that ended. */
  const untilTaskIs = async (wanted: 'RUNNING' | 'PAUSED'): Promise<void> => {
    const { failure } = await waitFor(
      `Debezium's task to be ${wanted}`,
      async () => {
        if (signal.aborted) return { failure: 'told to end' };
        const ended = await process.ask('ended', null);
        if (ended !== undefined) return { failure: `Kafka Connect ended: ${ended}\n${tailOfLog(logFile)}` };
        const { state, trace } = await taskOf(connector);
        if (state === 'FAILED') return { failure: `Debezium's task failed: ${trace}` };
        return state === wanted && { failure: undefined };
      },
      { deadlineMs: UP_MS, everyMs: 100 },
    );
    signal.throwIfAborted();
    if (failure !== undefined) throw new Error(failure);
  };
  await untilTaskIs('RUNNING');
  const running = starting.move();
  return {
    async pause() {
      await order('pause');
      await untilTaskIs('PAUSED');
    },
    resume: () => order('resume'),
    freeze: () => process.ask('freeze', null),
    thaw: () => process.ask('thaw', null),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface TaskStatus {
  readonly state: string;
  readonly trace?: string;
}

async function taskOf(connector: string): Promise<Partial<TaskStatus>> {
  const answer = await fetch(`${connector}/status`);
  const { tasks = [] } = (await answer.json()) as { tasks?: TaskStatus[] };
  return tasks[0] ?? {};
}

const MAIN_CLASS = 'org.apache.kafka.connect.cli.ConnectStandalone';

const LOGGING = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders><Console name="console"><PatternLayout pattern="%d{ISO8601} %p %c{1}: %m%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="console"/></Root></Loggers>
</Configuration>
`;
