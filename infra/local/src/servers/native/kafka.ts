import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../download/run.ts';
import { processUnit } from '../../supervisor/process-unit.ts';
import type { Unit } from '../../supervisor/unit.ts';
import { KAFKA_SETTINGS } from '../kafka-settings.ts';
import { probeKafka } from '../probes.ts';

export interface NativeKafka {
  readonly java: string;
  /** Folder of Kafka's jars. */
  readonly libs: string;
  readonly data: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly logFile: string;
  /** Listeners beside the plain one, by their names: `SECURE: 'SASL_SSL://127.0.0.1:19094'`. */
  readonly listeners?: Readonly<Record<string, string>>;
  /** Plain listeners that tell clients another port than the one they came in at. */
  readonly detours?: readonly { readonly port: number; readonly advertised: number }[];
  /** Settings beyond the defaults, as `name: value`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Writes the configuration and formats the storage if it is new. The formatter writes `meta.properties` last, so a
 * folder without it was not finished and is made anew.
 */
export async function initialiseKafka(server: NativeKafka): Promise<void> {
  await mkdir(server.data, { recursive: true });
  await writeFile(join(server.data, 'server.properties'), propertiesOf(server));
  await writeFile(join(server.data, 'log4j2.xml'), LOGGING);
  const logs = join(server.data, 'logs');
  if (existsSync(join(logs, 'meta.properties'))) {
    return;
  }
  await rm(logs, { recursive: true, force: true });
  await run(
    server.java,
    [...jvmArguments(server), ...['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', 'server.properties']],
    { cwd: server.data },
  );
}

/** One broker that is its own controller, on 127.0.0.1 only; it keeps its data through any end. */
export function kafkaUnit(server: NativeKafka): Unit {
  const brokers = [`127.0.0.1:${server.port}`];
  return processUnit({
    name: 'kafka',
    roles: ['server'],
    urls: { tcp: `127.0.0.1:${server.port}` },
    logFile: server.logFile,
    command: {
      file: server.java,
      args: [...jvmArguments(server), 'kafka.Kafka', 'server.properties'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C' },
      cwd: server.data,
    },
    probe: () => probeKafka(brokers),
  });
}

/** Any valid id will do: clusters on one machine never meet. */
const CLUSTER_ID = 'YmV6ZWwtbG9jYWwtc3RhYw';

/**
 * For a broker that shares the machine with everything else. One level of compiler: half the processor time until it is
 * up, and less of it for each message.
 */
export const JVM_FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'] as const;

const jvmArguments = ({ libs }: NativeKafka): string[] => [
  '-Xmx512m',
  '-Xms128m',
  ...JVM_FLAGS,
  '-Dlog4j2.configurationFile=log4j2.xml',
  '-cp',
  join(libs, '*'),
];

// Paths are relative to the broker's working folder: a comma in an absolute one would make two folders of it.
const propertiesOf = ({ port, controllerPort, listeners = {}, detours = [], settings = {} }: NativeKafka): string => {
  const others = Object.entries(listeners).map(([name, url]) => [name, ...url.split('://')] as const);
  const open = [`PLAINTEXT://127.0.0.1:${port}`, ...others.map(([name, , address]) => `${name}://${address}`)];
  const detour = (to: 'port' | 'advertised') => detours.map((one, index) => `DETOUR${index}://127.0.0.1:${one[to]}`);
  const protocols = [
    ...['CONTROLLER:PLAINTEXT', 'PLAINTEXT:PLAINTEXT'],
    ...others.map(([name, of]) => `${name}:${of}`),
    ...detours.map((_, index) => `DETOUR${index}:PLAINTEXT`),
  ];
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=${[...open, ...detour('port'), `CONTROLLER://127.0.0.1:${controllerPort}`]}
advertised.listeners=${[...open, ...detour('advertised')]}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=${protocols}
log.dirs=logs
${Object.entries({ ...KAFKA_SETTINGS, ...settings })
  .map(([name, value]) => `${name}=${value.replaceAll('\n', '\\n')}\n`)
  .join('')}`;
};

const LOGGING = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders><Console name="console"><PatternLayout pattern="%d{ISO8601} %p %c{1}: %m%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="console"/></Root></Loggers>
</Configuration>
`;
