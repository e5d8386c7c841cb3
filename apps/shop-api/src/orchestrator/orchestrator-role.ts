import { createOrderClient, orderConnection } from '@bezel/order-workflow/client';
import { type Database, type KafkaClient, logProblem, outboxRole, type Role, sweepingRole } from '@bezel/service';
import { Client } from '@temporalio/client';
import type { Config } from '../config.ts';
import type { ShopDatabase } from '../database/shop-database.ts';
import { KeepCompensations } from '../orders/cancellation/keep-compensations.ts';
import { KeepProgress } from '../orders/progress/keep-progress.ts';
import { shopOutbox, shopWriter } from '../outbox.ts';
import { SHOP_SWEEPS } from '../sweeps.ts';
import { Orchestrator } from './orchestrator.ts';
import { temporalWorkflows } from './order-workflows.ts';

/** The consumer group of the orchestrator. Its position lies in the shop's database: it is part of the data, not a setting. */
export const ORCHESTRATOR_GROUP = 'shop.orchestrator';

/** Each message costs a call to Temporal inside the transaction: few messages a batch keep the transaction short. */
const MAX_BATCH_SIZE = 50;

/**
 * Partitions handled at a time; each takes a connection, the consumer two more now and then, each sweeper one, those that look
 * alone another one for their lock, and one that carries out repairs another.
 */
const PARTITIONS_AT_A_TIME = 6;
const SWEEPERS = 4;
const LOOK_ALONE = 3;
export const CONSUMER_CONNECTIONS = PARTITIONS_AT_A_TIME + 2 + SWEEPERS + LOOK_ALONE + 1;

/**
 * The role `consumer`: works while Kafka, Postgres and Temporal answer. Any of them may be away when it starts. It also sweeps
 * for orders that were forgotten, and carries out repairs.
 */
export function orchestratorRole(
  database: Database<ShopDatabase>,
  kafka: KafkaClient,
  { temporal, offerValidForMs, stageTimes }: Pick<Config, 'temporal' | 'offerValidForMs' | 'stageTimes'>,
): Role {
  const connection = orderConnection({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const options = { client, offerValidForMs, stageTimes, payloadKeys: temporal.payloadKeys };
  const orchestrator = new Orchestrator(temporalWorkflows(options));
  const sweeps = SHOP_SWEEPS.consumer({
    db: database.kysely,
    pool: database.pool,
    outbox: shopWriter(database),
    workflows: createOrderClient(options),
  });
  const role = outboxRole({
    runs: 'consumer',
    providers: [{ provide: Orchestrator, useValue: orchestrator }, KeepProgress, KeepCompensations],
    imports: [
      shopOutbox(database, {
        consumer: {
          subscriber: kafka.subscriber(),
          groupId: ORCHESTRATOR_GROUP,
          concurrency: PARTITIONS_AT_A_TIME,
          maxBatchSize: MAX_BATCH_SIZE,
          // What fails waits for Temporal or for a workflow; only what is `retryable: false` is parked, whatever others come to.
          retry: { attempts: Number.POSITIVE_INFINITY },
          onError: logProblem,
        },
      }),
    ],
  });
  const sweeping = sweepingRole(role, 'shop', sweeps);
  return {
    start: sweeping.start,
    async stop() {
      await sweeping.stop();
      await connection.close();
    },
    async health() {
      const details = await role.health();
      await connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({}));
      return details;
    },
  };
}
