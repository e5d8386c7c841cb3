import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createIdentity } from './servers/identity.ts';
import { freePort } from './servers/postgres.ts';
import { testServers } from './servers/servers.ts';
import { waitFor } from './wait-for.ts';

/** A sweeper as the metrics of a process name it. */
export interface SweeperSeen {
  readonly app: string;
  readonly sweeper: string;
}

const AGE = /^bezel_sweeper_age_seconds\{(.*)\}/gm;

/**
 * Runs the built main of an app with some roles, as the stack does, until all of them work, and says which sweepers its management
 * port then tells of, by name. Rejects when it ends before. It has no partner: whom it would ask for models or tokens is nobody.
 *
 * @param options.topics what the app reads; the stack makes them, a bare broker has none
 * @param options.variables beyond those of the run's servers: the database, the roles, the namespace of Temporal
 */
export async function sweepersRunBy(
  main: URL,
  {
    topics,
    variables,
  }: {
    readonly topics: readonly string[];
    readonly variables: {
      readonly DATABASE_URL: string;
      readonly ROLES: string;
      readonly TEMPORAL_NAMESPACE?: string;
    };
  },
): Promise<readonly SweeperSeen[]> {
  const { kafkaBrokers, temporalAddress } = testServers();
  await provideTopics(topics);
  await using identity = await createIdentity();
  const metricsPort = String(await freePort());
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', fileURLToPath(main)], {
    env: {
      KAFKA_BROKERS: kafkaBrokers.join(','),
      TEMPORAL_ADDRESS: temporalAddress,
      AUTH_ISSUER: identity.issuer,
      AUTH_JWKS_URL: identity.jwksUrl,
      AUTH_TOKEN_URL: `${identity.issuer}/token`,
      AUTH_CLIENT_ID: 'nobody',
      AUTH_CLIENT_SECRET: 'nothing',
      SHOP_URL: identity.issuer,
      COURIER_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}`,
      HTTP_PORT: '0',
      PARTNER_HTTP_PORT: '0',
      METRICS_PORT: metricsPort,
      LOG_LEVEL: 'warn',
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const management = `http://127.0.0.1:${metricsPort}`;
  try {
    await Promise.race([
      waitFor('every role to work', async () => (await fetch(`${management}/health/ready`)).ok, { deadlineMs: 60_000 }),
      ended.then((code) => {
        throw new Error(`it ended with ${code} before it was ready`);
      }),
    ]);
    const metrics = await (await fetch(`${management}/metrics`)).text();
    return [...metrics.matchAll(AGE)]
      .map(([, labels = '']) => ({ app: labelOf(labels, 'app'), sweeper: labelOf(labels, 'sweeper') }))
      .sort((a, b) => a.sweeper.localeCompare(b.sweeper));
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

const labelOf = (labels: string, name: string): string =>
  new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';

async function provideTopics(topics: readonly string[]): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs');
  const admin = new Kafka({ brokers: [...testServers().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 12 })), waitForLeaders: false });
  } finally {
    await admin.disconnect();
  }
}
