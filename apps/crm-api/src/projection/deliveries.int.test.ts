import { OrderDelayed, OrderStatusChanged, OrderSubmitted, TOPICS } from '@bezel/contracts';
import { createConsumer, type EventData, uuidv7 } from '@bezel/outbox';
import { handlersOf } from '@bezel/outbox/nestjs';
import { checkHistory, oneAfterTheOther, play, virtualBroker, type WrittenMessage } from '@bezel/outbox/testing';
import { openDatabase } from '@bezel/service';
import { expect, jest, test } from '@jest/globals';
import type { CrmDatabase } from '../database/crm-database.ts';
import { crmTestDatabase } from '../testing/crm-database.ts';
import { delayed, lifeOf, PROMISED, type Told } from '../testing/told.ts';
import { OrderProjection } from './order-projection.ts';

jest.setTimeout(60_000);

/** Two CRMs without doors that share the shop's topic, on a broker in memory. */
async function projecting(seed: number) {
  const clone = await crmTestDatabase();
  const database = openDatabase<CrmDatabase>({ url: clone.url, name: 'crm-test' });
  const broker = virtualBroker({ seed, copies: 0.5 });
  const consumers = [1, 2].map(() =>
    createConsumer({
      db: database.pool,
      subscriber: broker.subscriber,
      groupId: 'crm',
      handlers: handlersOf(new OrderProjection()),
    }),
  );
  await Promise.all(consumers.map((consumer) => consumer.start()));
  const sent: Pick<WrittenMessage, 'id' | 'topic' | 'key'>[] = [];
  return {
    broker,
    sent,
    async tell({ id, type, key, data, time }: Told) {
      const options = { id, time: new Date(time) };
      if (type === OrderSubmitted.type) {
        await broker.send(OrderSubmitted, data as EventData<typeof OrderSubmitted>, options);
      } else if (type === OrderDelayed.type) {
        await broker.send(OrderDelayed, data as EventData<typeof OrderDelayed>, options);
      } else await broker.send(OrderStatusChanged, data as EventData<typeof OrderStatusChanged>, options);
      sent.push({ id, topic: TOPICS.shopOrders, key });
    },
    handled: () => play(broker, consumers),
    /** The messages that moves and delays were taken from, in the order in which they were taken. */
    taken: async () =>
      (
        await database.pool.query(
          `SELECT id, key FROM (SELECT position, message_id AS id, order_id AS key FROM order_move
                                UNION ALL SELECT position, message_id, order_id FROM order_delay) AS told
           ORDER BY position`,
        )
      ).rows,
    messages: () => database.kysely.selectFrom('customer_message').select('id').orderBy('id').execute(),
    orders: () => database.kysely.selectFrom('order_view').select(['id', 'status', 'seq']).execute(),
    async [Symbol.asyncDispose]() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await database.end();
      await clone[Symbol.asyncDispose]();
    },
  };
}

/** Every order is late once it is APPROVED, and expected after its promise. */
const delaysAfter = (id: string, seq: number): Told[] =>
  seq === 3 ? [delayed(id, seq), delayed(id, seq, { kind: 'predicted', deadline: PROMISED })] : [];

test.each([1, 2, 3])(
  'the view has each move and delay once, in order, and customers are told each once, whatever comes again, late or before another order (seed %i)',
  async (seed) => {
    await using crm = await projecting(seed);
    const ids = Array.from({ length: 8 }, () => uuidv7());
    const late = { topic: TOPICS.shopOrders, key: ids[0] as string };
    crm.broker.hold(late);
    const lives = ids.map((id) => [...lifeOf(id).flatMap((told, seq) => [told, ...delaysAfter(id, seq)])]);
    for (let step = 0; step < 11; step += 1) for (const life of lives) await crm.tell(life[step] as Told);
    const steps = await crm.handled();
    expect(steps.filter(({ kind }) => kind === 'copied').length).toBeGreaterThan(5);
    expect((await crm.orders()).map(({ id }) => id).toSorted()).toEqual(ids.slice(1).toSorted());

    crm.broker.release(late);
    await crm.handled();
    expect(checkHistory({ ...oneAfterTheOther(crm.sent), handled: await crm.taken() })).toEqual([]);
    const told = lives.flat().filter(({ type }) => type === OrderDelayed.type);
    expect((await crm.messages()).map(({ id }) => id)).toEqual(told.map(({ id }) => id).toSorted());
    const expected = ids.map((id) => ({ id, status: 'DELIVERED', seq: 8 }));
    expect((await crm.orders()).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
  },
);
