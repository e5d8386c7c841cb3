import { hostname } from 'node:os';
import { getContainerRuntimeClient } from 'testcontainers';
import { logFile, type Places, placesKey } from '../../stack/places.ts';
import type { Unit } from '../../supervisor/unit.ts';
import type { Choice, ServerName } from '../choosing/choice.ts';
import type { ProvideContext } from '../context.ts';
import { kafkaVariables } from '../kafka-settings.ts';
import { JVM_FLAGS } from '../native/kafka.ts';
import { temporalArguments } from '../native/temporal.ts';
import { probeKafka, probePostgres, probeTemporal } from '../probes.ts';
import { type Provided, type ServerAddresses, TEMPORAL_NAMESPACE } from '../server.ts';
import { type ContainerUnitOptions, containerUnit } from './container-unit.ts';
import { noteVolume } from './volumes.ts';

type Container = Extract<Choice, { source: 'container' }>;

/** Each server in a container of the official image, on a volume of this stack's. */
export const CONTAINER_PROVIDERS = { postgres, kafka, temporal } as const;

/** The name of a stack's container and of its volume. */
export const containerName = (places: Places, server: ServerName): string => `bezel-${placesKey(places)}-${server}`;

async function postgres(choice: Container, context: ProvideContext): Promise<Provided<ServerAddresses['postgres']>> {
  const { host } = await engineHost();
  const port = await context.ports.remembered('postgres');
  const password = context.secrets.get('postgres');
  const superuserUrl = `postgres://postgres:${password}@${host}:${port}/postgres`;
  const unit = await serverContainer('postgres', choice, context, {
    ports: [{ container: 5432, host: port }],
    environment: { POSTGRES_PASSWORD: password, POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C' },
    command: [
      'postgres',
      ...Object.entries(context.postgresSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    path: '/var/lib/postgresql',
    urls: { tcp: `${host}:${port}` },
    probe: () => probePostgres(superuserUrl),
  });
  return { server: 'postgres', address: { superuserUrl }, unit, origin: originOf(choice) };
}

async function kafka(choice: Container, context: ProvideContext): Promise<Provided<ServerAddresses['kafka']>> {
  const { host } = await engineHost();
  const port = await context.ports.remembered('kafka');
  const brokers = [`${host}:${port}`];
  const unit = await serverContainer('kafka', choice, context, {
    ports: [{ container: 9092, host: port }],
    environment: {
      CLUSTER_ID: 'YmV6ZWwtbG9jYWwtc3RhYw',
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      // The broker asks itself, as its transaction coordinator, and reaches what it tells clients only from outside.
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,INTERNAL://localhost:9094,CONTROLLER://localhost:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port},INTERNAL://localhost:9094`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      ...kafkaVariables(),
      KAFKA_HEAP_OPTS: '-Xmx512m -Xms128m',
      KAFKA_JVM_PERFORMANCE_OPTS: JVM_FLAGS.join(' '),
    },
    path: '/var/lib/kafka/data',
    urls: { tcp: `${host}:${port}` },
    probe: () => probeKafka(brokers),
  });
  return { server: 'kafka', address: { brokers }, unit, origin: originOf(choice) };
}

async function temporal(choice: Container, context: ProvideContext): Promise<Provided<ServerAddresses['temporal']>> {
  const { host } = await engineHost();
  const port = await context.ports.remembered('temporal');
  const uiPort = await context.ports.remembered('temporal-ui');
  const address = `${host}:${port}`;
  const ui = `http://${host}:${uiPort}`;
  const unit = await serverContainer('temporal', choice, context, {
    ports: [
      { container: 7233, host: port },
      { container: 8233, host: uiPort },
    ],
    command: temporalArguments('0.0.0.0', 7233, 8233, '/data/temporal.db'),
    path: '/data',
    // The image's own user may not write to a new volume.
    user: '0',
    urls: { grpc: address, ui },
    probe: () => probeTemporal(address, TEMPORAL_NAMESPACE),
    mayHang: true,
  });
  return {
    server: 'temporal',
    address: { address, namespace: TEMPORAL_NAMESPACE, ui },
    unit,
    origin: originOf(choice),
  };
}

const originOf = ({ image, why }: Container): string => `container ${image} (${why})`;

type Described = Pick<ContainerUnitOptions, 'urls' | 'probe' | 'mayHang'> &
  Pick<ContainerUnitOptions['container'], 'ports' | 'environment' | 'command' | 'user'> & { readonly path: string };

async function serverContainer(
  server: ServerName,
  { image }: Container,
  { places }: ProvideContext,
  { urls, probe, mayHang = false, path, ...described }: Described,
): Promise<Unit> {
  const { local } = await engineHost();
  const name = containerName(places, server);
  noteVolume(places.volumes, name);
  return containerUnit({
    name: server,
    roles: ['server'],
    urls: urls ?? {},
    probe,
    mayHang,
    container: { ...described, image, name, volume: { name, path }, logFile: logFile(places, server), local },
  });
}

/**
 * Where the engine's ports are reached from here. Testcontainers takes a machine that looks like a container for one,
 * whose engine is the host's; an engine that gives this machine's own name is on this machine all the same.
 */
async function engineHost(): Promise<{ host: string; local: boolean }> {
  const { info, container } = await getContainerRuntimeClient();
  const { host } = info.containerRuntime;
  const overridden = process.env['TESTCONTAINERS_HOST_OVERRIDE'] !== undefined;
  const { Name: name } = (await container.dockerode.info()) as { readonly Name?: string };
  const local = host === 'localhost' || host === '127.0.0.1' || (!overridden && name === hostname());
  return { host: local ? '127.0.0.1' : host, local };
}
