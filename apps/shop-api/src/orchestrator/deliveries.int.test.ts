import { TOPICS, WorkOrderCompleted, WorkOrderPacked, WorkOrderShipped, WorkOrderStarted } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { type Fact, workflowIdOf } from '@bezel/order-workflow';
import { createConsumer, createRelay, uuidv7 } from '@bezel/outbox';
import { handlersOf } from '@bezel/outbox/nestjs';
import { checkHistory, committedIn, oneAfterTheOther, play, virtualBroker } from '@bezel/outbox/testing';
import { expect, jest, test } from '@jest/globals';
import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import { startShop } from '../testing/shop.ts';
import { Orchestrator } from './orchestrator.ts';
import { temporalWorkflows } from './order-workflows.ts';

jest.setTimeout(120_000);

const { temporalAddress: address, temporalNamespace: namespace } = testServers();

/** The shop with its relay and its orchestrator; only Kafka is another one. */
async function orchestrating(seed: number) {
  await using started = new AsyncDisposableStack();
  const shop = started.use(await startShop());
  const connection = Connection.lazy({ address });
  started.defer(() => connection.close());
  const client = new Client({ connection, namespace });
  const queue = `test-${uuidv7()}`;
  const workflows = temporalWorkflows({ client, taskQueues: { orders: queue, mes: queue, pricing: queue } });
  const broker = virtualBroker({ seed, copies: 0.5 });
  const consumers = [1, 2].map(() =>
    started.use(
      createConsumer({
        db: shop.database.pool,
        subscriber: broker.subscriber,
        groupId: 'shop.orchestrator',
        handlers: handlersOf(new Orchestrator(workflows)),
        retry: { firstMs: 10, maxMs: 50, attempts: Number.POSITIVE_INFINITY },
      }),
    ),
  );
  for (const consumer of consumers) await consumer.start();
  const relay = started.use(createRelay({ db: shop.database.pool, publisher: broker.publisher }));
  await relay.start();
  const opened = started.move();
  return {
    shop,
    broker,
    relay,
    handled: () => play(broker, consumers, { deadlineMs: 60_000 }),
    handle: (orderId: string) => client.workflow.getHandle(workflowIdOf(orderId)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

test.each([1, 2])(
  'each order is started once and hears each fact, in order, whatever comes again or before another (seed %i)',
  async (seed) => {
    await using test = await orchestrating(seed);
    const { shop, broker, relay, handle } = test;
    const orders = [await shop.submitted(), await shop.submitted(), await shop.submitted()];
    await using _workflows = {
      async [Symbol.asyncDispose]() {
        for (const { id } of orders)
          await handle(id)
            .terminate('end of test')
            .catch(() => {});
      },
    };
    await waitFor('the submissions to be published', () => relay.status().published === orders.length);
    // The facts of the MES are on another topic: they may be handled before there is a workflow to tell them to.
    const facts: { id: string; topic: string; key: string }[] = [];
    for (const event of [WorkOrderStarted, WorkOrderCompleted, WorkOrderPacked, WorkOrderShipped]) {
      for (const { id: orderId } of orders) {
        const data = { orderId, workOrderId: uuidv7(), by: 'olga', at: '2026-11-21T10:00:00.000Z' };
        const { id } = await broker.send(event, data);
        facts.push({ id, topic: TOPICS.mesWorkOrders, key: orderId });
      }
    }
    const steps = await test.handled();
    expect(steps.filter(({ kind }) => kind === 'copied').length).toBeGreaterThan(0);

    // What was told in a transaction that failed for another order is told again: the workflow knows the ids it heard.
    const told = new Set<string>();
    for (const { id } of orders) {
      const { events } = await handle(id).fetchHistory();
      for (const { workflowExecutionSignaledEventAttributes: signal } of events ?? []) {
        const [payload] = signal?.input?.payloads ?? [];
        if (payload) told.add(defaultPayloadConverter.fromPayload<Fact>(payload).messageId);
      }
    }
    const handled = [...told].map((id) => ({ id }));
    expect(checkHistory({ ...oneAfterTheOther(facts), handled })).toEqual([]);
    const submissions = await committedIn(shop.database.pool);
    const runs = await shop.database.pool.query('SELECT order_id, run_id FROM order_workflow');
    expect(runs.rows.map((row) => row.order_id).toSorted()).toEqual(submissions.map(({ key }) => key).toSorted());
  },
);
