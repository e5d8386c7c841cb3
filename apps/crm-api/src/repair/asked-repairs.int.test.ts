import { randomUUID } from 'node:crypto';
import { OrderDelayed, OrderStatusChanged, OrderSubmitted, ProjectingAsked, RedriveAsked } from '@bezel/contracts';
import { createConsumer, type EventData, uuidv7 } from '@bezel/outbox';
import { handlersOf } from '@bezel/outbox/nestjs';
import { play, virtualBroker } from '@bezel/outbox/testing';
import { openDatabase } from '@bezel/service';
import { expect, jest, test } from '@jest/globals';
import type { CrmDatabase } from '../database/crm-database.ts';
import { OrderProjection } from '../projection/order-projection.ts';
import { crmTestDatabase } from '../testing/crm-database.ts';
import { delayed, lifeOf } from '../testing/told.ts';
import { AskedRepairs } from './asked-repairs.ts';

jest.setTimeout(120_000);

/** A CRM that has taken the life of an order, and what it is asked for. */
async function startCrm(seed: number) {
  const clone = await crmTestDatabase();
  const database = openDatabase<CrmDatabase>({ url: clone.url, name: 'crm-test' });
  const broker = virtualBroker({ seed, copies: 0.5 });
  const consumers = [1, 2].map(() =>
    createConsumer({
      db: database.pool,
      subscriber: broker.subscriber,
      groupId: 'crm',
      handlers: [...handlersOf(new OrderProjection()), ...handlersOf(new AskedRepairs())],
    }),
  );
  for (const consumer of consumers) await consumer.start();
  const orderId = uuidv7();
  const life = lifeOf(orderId);
  const [submitted, ...moves] = life;
  const told = {
    submitted: submitted?.data as EventData<typeof OrderSubmitted>,
    moves: moves.map(({ data }) => data as EventData<typeof OrderStatusChanged>),
  };
  const handled = () => play(broker, consumers);
  const written = life.map(({ time }) => ({ time: new Date(time) }));
  await broker.send(OrderSubmitted, told.submitted, written[0]);
  for (const data of told.moves) await broker.send(OrderStatusChanged, data, written[data.seq]);
  await handled();
  const shown = async () =>
    (
      await database.pool.query('SELECT seq, message_id AS id FROM order_move WHERE order_id = $1 ORDER BY seq', [
        orderId,
      ])
    ).rows as { seq: number; id: string }[];
  return {
    ...{ database, broker, handled, orderId, told, shown },
    ask: (messageId: string, event: { type: string; data: unknown }) =>
      broker.send(ProjectingAsked, {
        ...{ repairId: uuidv7(), orderId, messageId, event, at: new Date().toISOString() },
      }),
    redrive: () => broker.send(RedriveAsked, { repairId: uuidv7(), orderId, at: new Date().toISOString() }),
    async [Symbol.asyncDispose]() {
      for (const consumer of consumers) await consumer.stop();
      await database.end();
      await clone[Symbol.asyncDispose]();
    },
  };
}

test.each([1, 2, 3])(
  'a move that was taken and is not shown is entered once, however often and by whomever it is asked for (seed %i)',
  async (seed) => {
    await using crm = await startCrm(seed);
    const before = await crm.shown();
    const [begun, , , fourth] = before;
    await crm.database.pool.query('DELETE FROM order_move WHERE order_id = $1 AND seq IN (0, 3)', [crm.orderId]);
    const event = { type: OrderStatusChanged.type, data: crm.told.moves[2] };
    for (let times = 0; times < 5; times += 1) await crm.ask(fourth?.id ?? '', event);
    await crm.ask(begun?.id ?? '', { type: OrderSubmitted.type, data: crm.told.submitted });
    await crm.handled();
    expect(await crm.shown()).toEqual(before);
    const order = await crm.database.pool.query('SELECT status, seq FROM order_view WHERE id = $1', [crm.orderId]);
    expect(order.rows).toEqual([{ status: 'DELIVERED', seq: 8 }]);
  },
);

test('what is shown is left alone, and so is what was never taken: its message brings it', async () => {
  await using crm = await startCrm(7);
  const before = await crm.shown();
  const event = { type: OrderStatusChanged.type, data: crm.told.moves[2] };
  await crm.ask(before[3]?.id ?? '', event);
  await crm.ask(randomUUID(), event);
  await crm.ask(before[3]?.id ?? '', { type: 'shop.price-accepted', data: { orderId: crm.orderId } });
  await crm.handled();
  expect(await crm.shown()).toEqual(before);
});

test('a move is shown once, whichever message is named for it, and a message shows one move', async () => {
  await using crm = await startCrm(8);
  const before = await crm.shown();
  const moved = (seq: number) => ({ type: OrderStatusChanged.type, data: crm.told.moves[seq - 1] });
  // Another order's message, written when move 3 was made, and taken.
  const [other] = lifeOf(uuidv7()).slice(3);
  const data = other?.data as EventData<typeof OrderStatusChanged>;
  await crm.broker.send(OrderStatusChanged, data, { id: other?.id as string, time: new Date(data.at) });
  await crm.handled();
  await crm.ask(other?.id ?? '', moved(3));
  await crm.handled();
  expect(await crm.shown()).toEqual(before);
  await crm.database.pool.query('DELETE FROM order_move WHERE order_id = $1 AND seq = 4', [crm.orderId]);
  await crm.ask(before[3]?.id ?? '', moved(4));
  await crm.handled();
  expect(await crm.shown()).toEqual(before.filter(({ seq }) => seq !== 4));
});

test('a delay that was taken and is not shown is entered once, and so is what the customer was to be told', async () => {
  await using crm = await startCrm(10);
  const delayOf = (seq: number) => {
    const { id, data } = delayed(crm.orderId, seq);
    return { id, data: data as EventData<typeof OrderDelayed> };
  };
  const [lost, untold, unheard] = [delayOf(8), delayOf(3), delayOf(4)];
  for (const { id, data } of [lost, untold]) {
    await crm.broker.send(OrderDelayed, data, { id, time: new Date(data.at) });
  }
  await crm.handled();
  const shown = async () =>
    (await crm.database.pool.query('SELECT message_id, state FROM ledger.crm_delay ORDER BY state')).rows;
  const order = async () =>
    (await crm.database.pool.query('SELECT state FROM ledger.crm_order WHERE order_id = $1', [crm.orderId])).rows;
  const before = await shown();
  expect(before).toEqual([
    { message_id: untold.id, state: '3 late told' },
    { message_id: lost.id, state: '8 late told' },
  ]);
  await crm.database.pool.query('DELETE FROM order_delay WHERE message_id = $1', [lost.id]);
  await crm.database.pool.query('DELETE FROM customer_message');
  await crm.database.pool.query('UPDATE order_view SET late = false');
  for (const { id, data } of [lost, untold, lost, untold, unheard]) {
    await crm.ask(id, { type: OrderDelayed.type, data });
  }
  await crm.handled();
  expect(await shown()).toEqual(before);
  expect(await order()).toEqual([{ state: '8 DELIVERED late' }]);
});

test('a row of sales that is behind the moves is brought up to them', async () => {
  await using crm = await startCrm(11);
  const last = (await crm.shown())[8];
  await crm.database.pool.query(`UPDATE order_view SET seq = 5, status = 'PACKED' WHERE id = $1`, [crm.orderId]);
  await crm.ask(last?.id ?? '', { type: OrderStatusChanged.type, data: crm.told.moves[7] });
  await crm.handled();
  const { rows } = await crm.database.pool.query('SELECT status, seq FROM order_view WHERE id = $1', [crm.orderId]);
  expect(rows).toEqual([{ status: 'DELIVERED', seq: 8 }]);
});

test('what is parked of the order is asked for, and nothing else', async () => {
  await using crm = await startCrm(9);
  const other = uuidv7();
  for (const key of [crm.orderId, other]) {
    await crm.database.pool.query(
      `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
       VALUES ('elsewhere', 'shop.orders', 3, $1::text::bytea, 'no such column', 5)`,
      [key],
    );
  }
  await crm.redrive();
  await crm.handled();
  const { rows } = await crm.database.pool.query(
    `SELECT encode(key, 'escape') AS key FROM outbox.consumer_parked_key WHERE redrive`,
  );
  expect(rows).toEqual([{ key: crm.orderId }]);
});
