import type { OrderHistoryEntry, OrderResource, OrderStatus } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { orderConnection } from '@bezel/order-workflow/client';
import {
  createActivityWorker,
  createOrdersWorker,
  installTemporalRuntime,
  type OrderWorker,
} from '@bezel/order-workflow/worker';
import { createConsumer, uuidv7 } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import { log, withOrder } from '@bezel/service';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { Webhook } from 'standardwebhooks';
import { Orchestrator } from '../orchestrator/orchestrator.ts';
import { temporalWorkflows } from '../orchestrator/order-workflows.ts';
import { shopActivities } from '../status/shop-activities.ts';
import { otherServices } from './other-services.ts';
import { ANN, COURIER_SECRET, startShop } from './shop.ts';
import { startTopics } from './topics.ts';

/**
 * The whole shop: its doors, the orchestrator behind Kafka, two workers of orders and one of each other service. Only the
 * relay is the test's, which says what is published when. Temporal is reached at `temporalAddress`.
 */
export async function startRunningShop({ temporalAddress }: { readonly temporalAddress: string }) {
  installTemporalRuntime((level, message, fields) =>
    log[level === 'WARN' || level === 'ERROR' ? 'warn' : 'debug'](fields, message),
  );
  const { kafkaBrokers, temporalNamespace: namespace } = testServers();
  const taskQueues = { orders: `orders-${uuidv7()}`, mes: `mes-${uuidv7()}`, pricing: `pricing-${uuidv7()}` };
  await using started = new AsyncDisposableStack();
  const shop = started.use(await startShop());
  const topics = started.use(await startTopics(shop.database.pool));
  const connection = orderConnection({ address: temporalAddress });
  started.defer(() => connection.close());
  const client = new Client({ connection, namespace });
  const workflows = temporalWorkflows({ client, taskQueues });
  const consumer = createConsumer({
    db: shop.database.pool,
    subscriber: kafkajsSubscriber({ brokers: [...kafkaBrokers], clientId: 'test' }),
    groupId: `test.${uuidv7()}`,
    handlers: topics.reading(handlersOf(new Orchestrator(workflows))),
    retry: { attempts: Number.POSITIVE_INFINITY },
  });
  await consumer.start();
  started.defer(() => consumer.stop());

  const run = async (making: (connection: NativeConnection) => Promise<OrderWorker>): Promise<void> => {
    const worker = await making(await NativeConnection.connect({ address: temporalAddress }));
    const ended = worker.run();
    started.defer(async () => {
      worker.shutdown();
      await ended;
      await worker.close();
    });
  };
  const activities = shopActivities(shop.outbox, shop.database.kysely);
  const taskQueue = taskQueues.orders;
  for (let twice = 0; twice < 2; twice++) {
    await run((on) => createOrdersWorker({ connection: on, namespace, taskQueue, activities, around: withOrder }));
  }
  for (const queue of [taskQueues.mes, taskQueues.pricing]) {
    await run((on) => createActivityWorker({ connection: on, namespace, taskQueue: queue, activities: otherServices }));
  }
  const opened = started.move();

  return {
    shop,
    topics,
    consumer,
    client,
    taskQueues,

    /** Waits until an order is shown in a status. */
    reached: (orderId: string, status: OrderStatus, deadlineMs = 45_000) =>
      waitFor(
        `order ${orderId} to be ${status}`,
        async () => {
          const { body } = await shop.ask<OrderResource>(`/v1/orders/${orderId}`, { as: ANN });
          return body.status === status && body;
        },
        { deadlineMs },
      ),

    historyOf: async (orderId: string): Promise<OrderHistoryEntry[]> =>
      (await shop.ask<{ items: OrderHistoryEntry[] }>(`/v1/orders/${orderId}/history`, { as: ANN })).body.items,

    /** The courier's signed callback that the parcel was handed over. */
    parcelDelivered: (orderId: string, at = new Date()) => {
      const body = JSON.stringify({ type: 'parcel.delivered', data: { orderId, at: at.toISOString() } });
      const [id, sent] = [`evt_${orderId}`, new Date()];
      return shop.ask('/v1/courier-events', {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(sent.getTime() / 1000)),
          'webhook-signature': new Webhook(COURIER_SECRET).sign(id, sent, body),
        },
      });
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export type RunningShop = Awaited<ReturnType<typeof startRunningShop>>;
