import { randomUUID } from 'node:crypto';
import { createTopic, testServers, waitFor } from '@bezel/local/testing';
import { createConsumer, uuidv7 } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import { type Database, openDatabase } from '@bezel/service';
import { describe, expect, jest, test } from '@jest/globals';
import type { CrmDatabase } from '../database/crm-database.ts';
import { crmTestDatabase } from '../testing/crm-database.ts';
import { cancelled, delayed, lifeOf, OFFER, publish, statusOf } from '../testing/told.ts';
import { OrderProjection } from './order-projection.ts';

jest.setTimeout(60_000);

/** A CRM without its doors, on a topic of its own. */
async function startProjection() {
  const clone = await crmTestDatabase();
  const topic = await createTopic('shop.orders', { partitions: 3 });
  const groupId = `crm-${randomUUID()}`;
  const database: Database<CrmDatabase> = openDatabase({ url: clone.url, name: 'crm-test' });
  const consume = async () => {
    const consumer = createConsumer({
      db: database.pool,
      subscriber: kafkajsSubscriber({
        brokers: testServers().kafkaBrokers,
        clientId: 'crm-test',
        sessionTimeoutMs: 6_000,
        heartbeatIntervalMs: 200,
        maxWaitMs: 50,
      }),
      groupId,
      handlers: handlersOf(new OrderProjection()).map((handler) => ({ ...handler, topic })),
    });
    await consumer.start();
    return consumer;
  };
  const moves = (orderId: string) =>
    database.kysely.selectFrom('order_move').selectAll().where('order_id', '=', orderId).orderBy('position').execute();
  const order = (orderId: string) =>
    database.kysely.selectFrom('order_view').selectAll().where('id', '=', orderId).executeTakeFirst();
  return {
    clone,
    topic,
    database,
    consume,
    moves,
    order,
    /** Waits until this many messages of the topic lie behind the group. */
    readTo: (messages: number) =>
      waitFor(`${messages} messages read`, async () => {
        const { rows } = await database.pool.query(
          'SELECT sum(next_offset)::int AS read FROM outbox.consumer_position',
        );
        return rows[0].read === messages;
      }),
    until: (orderId: string, seq: number) =>
      waitFor(`move ${seq} of ${orderId}`, async () => ((await order(orderId))?.seq ?? -1) >= seq),
    async [Symbol.asyncDispose]() {
      await database.end();
      await clone[Symbol.asyncDispose]();
    },
  };
}

describe('the view of an order', () => {
  test('follows it from SUBMITTED to DELIVERED, with its offer and every move in order', async () => {
    await using crm = await startProjection();
    const id = uuidv7();
    await publish(crm.topic, lifeOf(id));
    await using _consumer = await crm.consume();
    await crm.until(id, 8);
    expect(await crm.order(id)).toMatchObject({ status: 'DELIVERED', seq: 8, offer: OFFER, reason: null, stones: 3 });
    expect((await crm.moves(id)).map(({ seq, to_status }) => [seq, to_status])).toEqual(
      Array.from({ length: 9 }, (_, seq) => [seq, statusOf(seq)]),
    );
  });

  test('shows why an order ended', async () => {
    await using crm = await startProjection();
    const id = uuidv7();
    await publish(crm.topic, [...lifeOf(id, { moves: 2 }), cancelled(id, 3, 'the offer expired')]);
    await using _consumer = await crm.consume();
    await crm.until(id, 3);
    expect(await crm.order(id)).toMatchObject({ status: 'CANCELLED', reason: 'the offer expired', offer: OFFER });
  });

  test('takes each message once: doubled at once, and again after a restart', async () => {
    await using crm = await startProjection();
    const id = uuidv7();
    const life = lifeOf(id);
    const [first, rest] = [life.slice(0, 4), life.slice(4)];
    await publish(
      crm.topic,
      first.flatMap((told) => [told, told]),
    );
    const before = await crm.consume();
    await crm.until(id, 3);
    await before.stop();

    await publish(crm.topic, [...first, ...rest, ...rest]);
    await using _after = await crm.consume();
    await crm.until(id, 8);
    await crm.readTo(first.length * 3 + rest.length * 2);
    expect((await crm.moves(id)).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('takes a delay once, told five times: the customer reads one message', async () => {
    await using crm = await startProjection();
    const id = uuidv7();
    const delay = delayed(id, 3);
    const told = [...lifeOf(id, { moves: 3 }), delay, delay, delay, delay, delay];
    await publish(crm.topic, told);
    await using _consumer = await crm.consume();
    await crm.readTo(told.length);
    expect(await crm.order(id)).toMatchObject({ status: 'APPROVED', late: true });
    const { rows } = await crm.database.pool.query('SELECT id, order_id, kind FROM customer_message');
    expect(rows).toEqual([{ id: delay.id, order_id: id, kind: 'late' }]);
  });

  test('is late by a delay that was told before its move, which came when it was published again', async () => {
    await using crm = await startProjection();
    const id = uuidv7();
    const life = lifeOf(id, { moves: 3 });
    await publish(crm.topic, [...life.slice(0, 3), delayed(id, 3), ...life.slice(3)]);
    await using _consumer = await crm.consume();
    await crm.until(id, 3);
    expect(await crm.order(id)).toMatchObject({ status: 'APPROVED', seq: 3, late: true });
  });

  test('is whole after the database cut every connection in the middle', async () => {
    await using crm = await startProjection();
    const ids = Array.from({ length: 40 }, () => uuidv7());
    await using _consumer = await crm.consume();
    for (const half of [ids.slice(0, 20), ids.slice(20)]) {
      await publish(
        crm.topic,
        half.flatMap((id) => lifeOf(id)),
      );
      await crm.database.pool.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    }
    for (const id of ids) {
      await crm.until(id, 8);
    }
    for (const id of ids) {
      expect((await crm.moves(id)).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });
});

describe('the ledger views', () => {
  test('show each move told and each message taken', async () => {
    await using crm = await startProjection();
    const id = uuidv7();
    const life = lifeOf(id, { moves: 2 });
    await publish(crm.topic, life);
    await using _consumer = await crm.consume();
    await crm.until(id, 2);
    const projected = await crm.database.pool.query(
      'SELECT hop, message_id, state FROM ledger.crm_projection WHERE order_id = $1 ORDER BY at',
      [id],
    );
    expect(projected.rows).toEqual(
      life.map((told, seq) => ({ hop: 'crm.projection', message_id: told.id, state: `${seq} ${statusOf(seq)}` })),
    );
    const taken = await crm.database.pool.query('SELECT message_id FROM ledger.crm_inbox WHERE hop = $1', [
      'crm.inbox',
    ]);
    expect(taken.rows.map((row) => row.message_id).sort()).toEqual(life.map((told) => told.id).sort());
  });

  test('show each order as sales sees it', async () => {
    await using crm = await startProjection();
    const [late, early] = [uuidv7(), uuidv7()];
    const told = [...lifeOf(late, { moves: 3 }), delayed(late, 3), ...lifeOf(early, { moves: 2 })];
    await publish(crm.topic, told);
    await using _consumer = await crm.consume();
    await crm.readTo(told.length);
    const shown = async () =>
      (await crm.database.pool.query('SELECT order_id, hop, message_id, state FROM ledger.crm_order ORDER BY state'))
        .rows;
    const row = (order_id: string, state: string) => ({ order_id, hop: 'crm.order', message_id: null, state });
    expect(await shown()).toEqual([row(early, '2 PRICED'), row(late, '3 APPROVED late')]);
    // Beside moves and a delay that say otherwise.
    await crm.database.pool.query(`UPDATE order_view SET seq = 1, status = 'PRICING', late = false WHERE id = $1`, [
      late,
    ]);
    expect(await shown()).toEqual([row(late, '1 PRICING'), row(early, '2 PRICED')]);
  });

  test('show each delay told, and whether the customer was', async () => {
    await using crm = await startProjection();
    const id = uuidv7();
    const [whole, lost, silent] = [delayed(id, 3), delayed(id, 3, { kind: 'predicted' }), delayed(id, 4)];
    const unheard = delayed(id, 2, { tells: ['operators'] });
    const told = [...lifeOf(id, { moves: 4 }), unheard, whole, lost, silent];
    await publish(crm.topic, told);
    await using _consumer = await crm.consume();
    await crm.readTo(told.length);
    const shown = async () =>
      (
        await crm.database.pool.query(
          'SELECT hop, message_id, state FROM ledger.crm_delay WHERE order_id = $1 ORDER BY state',
          [id],
        )
      ).rows;
    const row = ({ id }: { id: string }, state: string) => ({ hop: 'crm.delay', message_id: id, state });
    const rows = [
      row(unheard, '2 late'),
      row(whole, '3 late told'),
      row(lost, '3 predicted told'),
      row(silent, '4 late told'),
    ];
    expect(await shown()).toEqual(rows);
    // Inbox rows without their effect.
    await crm.database.pool.query('DELETE FROM order_delay WHERE message_id = $1', [lost.id]);
    await crm.database.pool.query('DELETE FROM customer_message WHERE id = $1', [silent.id]);
    expect(await shown()).toEqual([...rows.slice(0, 2), row(silent, '4 late')]);
  });
});
