import { OrderDelayed, OrderStatusChanged, ProjectingAsked, PublishingAsked, RedriveAsked } from '@bezel/contracts';
import { createConsumer, type EventData, uuidv7 } from '@bezel/outbox';
import { handlersOf } from '@bezel/outbox/nestjs';
import { play, virtualBroker } from '@bezel/outbox/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { AskedRepairs } from './asked-repairs.ts';

jest.setTimeout(120_000);

let database: MesTestDatabase;
beforeAll(async () => {
  database = await createMesDatabase();
});
afterAll(async () => database[Symbol.asyncDispose]());

const query = async (sql: string, params: unknown[] = []) => (await database.pool.query(sql, params)).rows;
const holes = async () => query(`SELECT shard::int, holes::text FROM outbox.checkpoint WHERE holes <> '{}'`);
const orderId = uuidv7();
let written: { messageId: string; shard: number; seq: number };
beforeEach(async () => {
  await query('SELECT outbox.write($1, $2, $3, $4, $5)', ['mes.work-orders', orderId, 'mes.x', '/bezel/mes', '{}']);
  await query(`UPDATE outbox.checkpoint SET holes = '{}', cursor = coalesce(
    (SELECT max(seq) FROM outbox.message AS m WHERE m.shard = checkpoint.shard), 0)`);
  [written] = (await query(
    'SELECT id AS "messageId", shard::int, seq::int FROM outbox.message WHERE key = $1 ORDER BY outbox.message.seq DESC LIMIT 1',
    [orderId],
  )) as [typeof written];
});

/** Lets the MES handle what it is asked, some of it more than once. */
async function asked(tell: (broker: ReturnType<typeof virtualBroker>) => Promise<unknown>): Promise<void> {
  const broker = virtualBroker({ seed: 5, copies: 0.5 });
  const consumer = createConsumer({
    db: database.pool,
    subscriber: broker.subscriber,
    groupId: `mes.board-${uuidv7()}`,
    handlers: handlersOf(new AskedRepairs(database.pool)),
  });
  await consumer.start();
  await tell(broker);
  await play(broker, [consumer]);
  await consumer.stop();
}

const publishing = (change: Partial<EventData<typeof PublishingAsked>> = {}) => ({
  ...{ repairId: uuidv7(), orderId, of: 'mes', at: new Date().toISOString() },
  ...{ ...written, ...change },
});

test('a message of its own is published again from its place, once however often that is asked', async () => {
  await asked(async (broker) => {
    for (let times = 0; times < 4; times += 1) await broker.send(PublishingAsked, publishing());
  });
  expect(await holes()).toEqual([{ shard: written.shard, holes: `{[${written.seq},${written.seq + 1})}` }]);
});

test.each([
  ['of another app', { of: 'crm' }],
  ['another message than the one that is there', { messageId: uuidv7() }],
  ['of another order', { orderId: uuidv7() }],
])('not what is %s', async (_, change) => {
  await asked((broker) => broker.send(PublishingAsked, publishing(change)));
  expect(await holes()).toEqual([]);
});

test('what is parked of the order is asked for, and nothing else', async () => {
  for (const key of [orderId, uuidv7()]) {
    await query(
      `INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES ($1, 'mes.work-orders', $2, 'too large')`,
      [written.shard, key],
    );
  }
  await asked((broker) => broker.send(RedriveAsked, { repairId: uuidv7(), orderId, at: new Date().toISOString() }));
  expect(await query('SELECT key FROM outbox.parked_key WHERE redrive')).toEqual([{ key: orderId }]);
});

describe('a move that the board took and does not show', () => {
  const MADE = '2026-11-22T09:00:00.000Z';
  const moved = (orderId: string, seq: number, to: string) => ({
    ...{ orderId, orderNumber: 'B-2026-000001', tenant: 'house', customerId: 'ann' },
    ...{ seq, from: 'PRICED', to, at: MADE },
  });
  const shown = async (orderId: string) => query('SELECT status, seq FROM order_status WHERE order_id = $1', [orderId]);
  const taken = async (writtenAt = MADE): Promise<string> => {
    const messageId = uuidv7();
    await query(
      `INSERT INTO outbox.inbox (group_id, slot, ce_time, id) VALUES ('mes.board', outbox.inbox_slot($2), $2, $1)`,
      [messageId, writtenAt],
    );
    return messageId;
  };
  const projecting = (of: string, messageId: string, event: { type: string; data: unknown }) => ({
    ...{ repairId: uuidv7(), orderId: of, messageId, event, at: new Date().toISOString() },
  });
  const event = (of: string, seq = 3, to = 'APPROVED') => ({ type: OrderStatusChanged.type, data: moved(of, seq, to) });

  test('is shown, however often that is asked', async () => {
    const of = uuidv7();
    const messageId = await taken();
    await asked(async (broker) => {
      for (let times = 0; times < 4; times += 1) {
        await broker.send(ProjectingAsked, projecting(of, messageId, event(of)));
      }
    });
    expect(await shown(of)).toEqual([{ status: 'APPROVED', seq: 3 }]);
  });

  test('and a delay that it took and does not mark, is marked, unless the order has moved on or nothing was taken', async () => {
    const [marked, left, never] = [uuidv7(), uuidv7(), uuidv7()];
    const delay = (of: string) => ({
      type: OrderDelayed.type,
      data: {
        ...{ orderId: of, orderNumber: 'B-2026-000001', tenant: 'house', customerId: 'ann', seq: 3 },
        ...{ status: 'APPROVED', kind: 'late', deadline: MADE, promisedAt: null, expectedAt: null },
        ...{ tells: ['operators'], at: MADE },
      },
    });
    for (const [of, seq] of [
      [marked, 3],
      [left, 4],
      [never, 3],
    ] as const) {
      await query(`INSERT INTO order_status (order_id, status, seq, changed_at) VALUES ($1, 'APPROVED', $2, now())`, [
        of,
        seq,
      ]);
    }
    const messageId = await taken();
    await asked(async (broker) => {
      for (const late of [marked, left]) await broker.send(ProjectingAsked, projecting(late, messageId, delay(late)));
      await broker.send(ProjectingAsked, projecting(never, uuidv7(), delay(never)));
    });
    const marks = await query('SELECT order_id, state FROM ledger.mes_late_mark WHERE order_id = ANY ($1)', [
      [marked, left, never],
    ]);
    expect(marks).toEqual([{ order_id: marked, state: '3' }]);
  });

  test('is left alone when the board shows a later one, was never told, or is told no move or another', async () => {
    const [later, never, other, strange] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
    await query(`INSERT INTO order_status (order_id, status, seq, changed_at) VALUES ($1, 'PACKED', 6, now())`, [
      later,
    ]);
    const messageId = await taken();
    await asked(async (broker) => {
      await broker.send(ProjectingAsked, projecting(later, messageId, event(later)));
      await broker.send(ProjectingAsked, projecting(never, uuidv7(), event(never)));
      await broker.send(
        ProjectingAsked,
        projecting(other, messageId, { ...event(other), type: 'shop.price-accepted' }),
      );
      const older = await taken('2026-11-20T09:00:00.000Z');
      await broker.send(ProjectingAsked, projecting(strange, older, event(strange)));
    });
    expect(await shown(later)).toEqual([{ status: 'PACKED', seq: 6 }]);
    for (const unshown of [never, other, strange]) expect(await shown(unshown)).toEqual([]);
  });
});
