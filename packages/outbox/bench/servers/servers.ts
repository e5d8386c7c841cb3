import { type Progress, startTestServers, TEST_SERVER_VARIABLES, VERSIONS } from '@bezel/local/bench';

/** The real servers a benchmark runs against. */
export interface BenchServers extends AsyncDisposable {
  readonly postgresUrl: string;
  readonly brokers: readonly string[];
  /** What is known of the broker, in words. */
  readonly kafka: string;
}

/**
 * As in production every commit reaches the disk, unlike in tests. Enough WAL that checkpoints do not decide, and the WAL
 * that a peer's replication needs.
 */
const POSTGRES_SETTINGS = {
  max_connections: '200',
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  wal_level: 'logical',
};

/** The servers named in the environment, or servers of its own that end when disposed of. */
export async function provideBenchServers(progress: Progress, signal: AbortSignal): Promise<BenchServers> {
  const given = serversIn(process.env);
  if (given !== undefined) {
    return { ...given, kafka: 'Kafka, given by the environment', async [Symbol.asyncDispose]() {} };
  }
  const servers = await startTestServers(progress, signal, POSTGRES_SETTINGS);
  const own = serversIn(servers.env);
  if (own === undefined) {
    await servers.stop();
    throw new Error('the servers were started, but do not say where they are');
  }
  return { ...own, kafka: `Kafka ${VERSIONS.kafka}`, [Symbol.asyncDispose]: () => servers.stop() };
}

function serversIn(env: Readonly<Record<string, string | undefined>>) {
  const postgresUrl = env[TEST_SERVER_VARIABLES.postgresUrl] ?? '';
  const brokers = env[TEST_SERVER_VARIABLES.kafkaBrokers] ?? '';
  return postgresUrl === '' || brokers === '' ? undefined : { postgresUrl, brokers: brokers.split(',') };
}
