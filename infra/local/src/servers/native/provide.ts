import { logFile } from '../../stack/places.ts';
import type { Choice } from '../choosing/choice.ts';
import { npmPostgresFolder } from '../choosing/machine.ts';
import type { ProvideContext } from '../context.ts';
import { type Provided, type ServerAddresses, TEMPORAL_NAMESPACE } from '../server.ts';
import { initialiseKafka, kafkaUnit } from './kafka.ts';
import { obtainKafka } from './kafka-jars.ts';
import { initialisePostgres, postgresUnit, postgresUrl } from './postgres.ts';
import { postgresUser, readablePostgres } from './postgres-home.ts';
import { temporalUnit } from './temporal.ts';
import { obtainTemporal } from './temporal-program.ts';
import { metricsUrl } from './temporal-server/configuration.ts';
import { provideTemporalServer } from './temporal-server/provide.ts';
import { firstThatWorks, IN_WORDS, origin } from './ways.ts';

type Native = Extract<Choice, { source: 'native' }>;

/** Gets each server's program and data ready to run on this machine. */
export const NATIVE_PROVIDERS = { postgres, kafka, temporal } as const;

async function postgres(
  choice: Native,
  { machine, places, ports, secrets, progress, signal, postgresSettings }: ProvideContext,
): Promise<Provided<ServerAddresses['postgres']>> {
  const user = postgresUser();
  const obtained = await firstThatWorks(
    choice,
    {
      path: async () => machine.onPath.postgres?.file ?? '',
      npm: async () => `${await readablePostgres(npmPostgresFolder() ?? '', user)}/bin`,
    },
    progress,
    signal,
  );
  const server = {
    bin: obtained.value,
    user,
    data: places.postgresData,
    port: await ports.remembered('postgres'),
    superuserPassword: secrets.get('postgres'),
    logFile: logFile(places, 'postgres'),
    settings: postgresSettings,
  };
  await initialisePostgres(server);
  const asUser = user === null ? '' : `, as user ${user.name} because Postgres refuses root`;
  return {
    server: 'postgres',
    address: { superuserUrl: postgresUrl(server) },
    unit: postgresUnit(server),
    origin: origin(`${IN_WORDS[obtained.way]}${asUser}`, choice.why),
  };
}

async function kafka(choice: Native, context: ProvideContext): Promise<Provided<ServerAddresses['kafka']>> {
  const { machine, places, ports, kafkaDetours } = context;
  const obtained = await obtainKafka(choice, context);
  // Low: others' connections may have one of the system's own at the moment at which the broker starts again.
  const detours: Record<string, { port: number; advertised: number }> = {};
  for (const name of kafkaDetours) {
    detours[name] = {
      port: await ports.remembered(`kafka for ${name}`, 'low'),
      advertised: await ports.remembered(`${name} to kafka`, 'low'),
    };
  }
  const server = {
    java: machine.onPath.java?.file ?? 'java',
    libs: obtained.value,
    data: places.kafkaData,
    port: await ports.remembered('kafka'),
    controllerPort: await ports.remembered('kafka-controller'),
    logFile: logFile(places, 'kafka'),
    detours: Object.values(detours),
  };
  await initialiseKafka(server);
  return {
    server: 'kafka',
    address: { brokers: [`127.0.0.1:${server.port}`], ...(kafkaDetours.length === 0 ? {} : { detours }) },
    unit: kafkaUnit(server),
    origin: origin(`${IN_WORDS[obtained.way]}, Java ${machine.onPath.java?.version}`, choice.why),
  };
}

async function temporal(choice: Native, context: ProvideContext): Promise<Provided<ServerAddresses['temporal']>> {
  const { machine, places, ports } = context;
  if (machine.temporal === 'server') {
    return provideTemporalServer(choice, context);
  }
  const obtained = await obtainTemporal(choice, context);
  const server = {
    program: obtained.value,
    data: places.temporalData,
    port: await ports.remembered('temporal'),
    uiPort: await ports.remembered('temporal-ui'),
    metricsPort: await ports.remembered('temporal-metrics'),
    logFile: logFile(places, 'temporal'),
  };
  return {
    server: 'temporal',
    address: {
      address: `127.0.0.1:${server.port}`,
      namespace: TEMPORAL_NAMESPACE,
      ui: `http://127.0.0.1:${server.uiPort}`,
      metrics: metricsUrl(server.metricsPort),
    },
    unit: await temporalUnit(server),
    origin: origin(IN_WORDS[obtained.way], choice.why),
  };
}
