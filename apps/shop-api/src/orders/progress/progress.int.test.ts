import { type OrderPage, type OrderResource, type OrderStatus, PricingProgressed } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { type Consumer, createConsumer, uuidv7 } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANN, type Shop, startShop } from '../../testing/shop.ts';
import { startTopics } from '../../testing/topics.ts';
import { KeepProgress } from './keep-progress.ts';

let shop: Shop;
let topics: Awaited<ReturnType<typeof startTopics>>;
let consumer: Consumer;
beforeAll(async () => {
  shop = await startShop();
  topics = await startTopics(shop.database.pool);
  consumer = createConsumer({
    db: shop.database.pool,
    subscriber: kafkajsSubscriber({ brokers: [...testServers().kafkaBrokers], clientId: 'test' }),
    groupId: `test.progress.${uuidv7()}`,
    handlers: topics.reading(handlersOf(new KeepProgress())),
  });
  await consumer.start();
});
afterAll(async () => {
  await consumer.stop();
  await topics[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

type Told = Partial<Parameters<typeof PricingProgressed.key>[0]>;
const at = (second: number): string => new Date(Date.UTC(2026, 10, 21, 10, 0, second)).toISOString();

/** Tells progress of an order, and waits until it was handled. */
async function tell(orderId: string, told: Told & { readonly phase: 'reading' | 'closing'; readonly at: string }) {
  const id = await topics.tell(PricingProgressed, { orderId, percent: 5, ...told });
  await waitFor(`message ${id} to be handled`, async () => {
    const { rowCount } = await shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [id]);
    return rowCount === 1;
  });
}

async function orderIn(status: OrderStatus): Promise<string> {
  const { id } = await shop.submitted();
  await shop.moveTo(id, status);
  return id;
}

const show = async (id: string) => (await shop.ask<OrderResource>(`/v1/orders/${id}`, { as: ANN })).body.progress;

test('an order in PRICING shows the newest progress told, whatever the order it comes in', async () => {
  const id = await orderIn('PRICING');
  expect(await show(id)).toBeNull();
  await tell(id, { phase: 'reading', percent: 5, at: at(2) });
  expect(await show(id)).toEqual({ phase: 'reading', percent: 5 });
  await tell(id, { phase: 'closing', percent: 14, at: at(6) });
  await tell(id, { phase: 'reading', percent: 5, at: at(4) });
  expect(await show(id)).toEqual({ phase: 'closing', percent: 14 });
  const { body } = await shop.ask<OrderPage>('/v1/orders?limit=200', { as: ANN });
  expect(body.items.find((order) => order.id === id)?.progress).toEqual({ phase: 'closing', percent: 14 });
});

test('when the order has its price, the progress is gone, and what comes late is not kept', async () => {
  const id = await orderIn('PRICING');
  await tell(id, { phase: 'reading', at: at(2) });
  await shop.moveTo(id, 'PRICED');
  expect(await show(id)).toBeNull();
  await tell(id, { phase: 'closing', at: at(4) });
  expect(await show(id)).toBeNull();
  const { rows } = await shop.database.pool.query('SELECT phase FROM pricing_progress WHERE order_id = $1', [id]);
  expect(rows).toEqual([{ phase: 'reading' }]);
});

test('progress of an order that is not in PRICING yet, or not there at all, is not kept and holds nobody up', async () => {
  const [early, unknown] = [await orderIn('SUBMITTED'), uuidv7()];
  for (const id of [early, unknown]) await tell(id, { phase: 'reading', at: at(2) });
  const kept = 'SELECT FROM pricing_progress WHERE order_id = ANY ($1)';
  expect((await shop.database.pool.query(kept, [[early, unknown]])).rowCount).toBe(0);
  await shop.moveTo(early, 'PRICING');
  await tell(early, { phase: 'closing', percent: 14, at: at(4) });
  expect(await show(early)).toEqual({ phase: 'closing', percent: 14 });
});
