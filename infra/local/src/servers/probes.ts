import pg from 'pg';
import { connectToTemporal } from './temporal/connect-to-temporal.ts';

const CONNECTED_WITHIN_MS = 2_000;

/** Answers once Postgres takes a query; throws what it says otherwise. */
export async function probePostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // a server that dies between two probes is the next probe's finding
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}

/** Answers once a broker is registered and can be asked for the cluster. */
export async function probeKafka(brokers: readonly string[]): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs');
  const admin = new Kafka({
    clientId: 'bezel-probe',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Answers once Temporal knows the namespace. */
export async function probeTemporal(address: string, namespace: string): Promise<void> {
  const connection = await connectToTemporal(address, CONNECTED_WITHIN_MS);
  try {
    await connection.withDeadline(Date.now() + 2_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } finally {
    await connection.close();
  }
}

const NOT_FOUND = 5;
/** A namespace every full server has, for its own workflows. */
const SYSTEM_NAMESPACE = 'temporal-system';

/**
 * Answers once each service of a full Temporal server does: the frontend, and behind it history, matching and visibility.
 */
export async function probeTemporalServices(address: string): Promise<void> {
  const connection = await connectToTemporal(address, CONNECTED_WITHIN_MS);
  const namespace = SYSTEM_NAMESPACE;
  try {
    await connection.withDeadline(Date.now() + 2_000, async () => {
      const { workflowService } = connection;
      await workflowService.countWorkflowExecutions({ namespace });
      await workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'bezel-probe' } });
      await workflowService
        .describeWorkflowExecution({ namespace, execution: { workflowId: 'bezel-probe' } })
        .catch((error: { code?: number }) => {
          if (error.code !== NOT_FOUND) {
            throw error;
          }
        });
    });
  } finally {
    await connection.close();
  }
}
