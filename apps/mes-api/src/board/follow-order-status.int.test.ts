import { randomUUID } from 'node:crypto';
import { ORDER_STATUSES, OrderDelayed, OrderStatusChanged, TOPICS } from '@bezel/contracts';
import { createConsumer, type EventData, uuidv7 } from '@bezel/outbox';
import { handlersOf } from '@bezel/outbox/nestjs';
import { play, virtualBroker } from '@bezel/outbox/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { FollowOrderStatus } from './follow-order-status.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let database: MesTestDatabase;
beforeAll(async () => {
  database = await createMesDatabase();
});
afterAll(async () => database[Symbol.asyncDispose]());

type Move = EventData<typeof OrderStatusChanged>;
const move = (orderId: string, seq: number, change: Partial<Move> = {}): Move => ({
  ...{ orderId, orderNumber: 'B-2026-000001', tenant: 'house', customerId: 'ann', seq },
  from: ORDER_STATUSES[seq - 1] ?? 'SUBMITTED',
  to: ORDER_STATUSES[seq] ?? 'SUBMITTED',
  at: `2026-01-01T00:00:0${seq}.000Z`,
  ...change,
});
type Delay = EventData<typeof OrderDelayed>;
const late = (orderId: string, seq: number, change: Partial<Delay> = {}): Delay => ({
  ...{ orderId, orderNumber: 'B-2026-000001', tenant: 'house', customerId: 'ann', seq, kind: 'late' },
  ...{
    status: ORDER_STATUSES[seq] ?? 'SUBMITTED',
    deadline: '2026-01-01T00:00:09.000Z',
    promisedAt: null,
    expectedAt: null,
  },
  ...{ tells: ['operators'], at: '2026-01-01T00:00:10.000Z', ...change },
});
const known = (orderId: string) =>
  database.kysely.selectFrom('order_status').selectAll().where('order_id', '=', orderId).executeTakeFirst();

/** The board's consumer, and what the shop tells it. */
async function following(seed: number) {
  const broker = virtualBroker({ seed, copies: 0.5 });
  const consumer = createConsumer({
    db: database.pool,
    subscriber: broker.subscriber,
    groupId: `mes.board-${randomUUID()}`,
    handlers: handlersOf(new FollowOrderStatus()),
  });
  await consumer.start();
  return {
    broker,
    tell: (data: Move) => broker.send(OrderStatusChanged, data),
    tellLate: (data: Delay) => broker.send(OrderDelayed, data),
    /** Until all that is told is handled, copies included. */
    handled: () => play(broker, [consumer]),
    [Symbol.asyncDispose]: () => consumer.stop(),
  };
}

describe("the board's news of orders", () => {
  test.each([1, 2, 3])('are the last move of each, whatever comes again, late or first (seed %i)', async (seed) => {
    await using board = await following(seed);
    const orders = Array.from({ length: 6 }, () => uuidv7());
    const late = orders[0] as string;
    board.broker.hold({ topic: TOPICS.shopOrders, key: late });
    for (let seq = 1; seq <= 8; seq += 1) for (const id of orders) await board.tell(move(id, seq));
    const steps = await board.handled();
    expect(steps.filter(({ kind }) => kind === 'copied').length).toBeGreaterThan(5);
    expect(await known(late)).toBeUndefined();
    board.broker.release({ topic: TOPICS.shopOrders, key: late });
    await board.handled();
    for (const id of orders) expect(await known(id)).toMatchObject({ seq: 8, status: 'DELIVERED', reason: null });
  });

  test('have the reason of the last move', async () => {
    await using board = await following(1);
    const orderId = uuidv7();
    await board.tell(move(orderId, 1));
    await board.tell(move(orderId, 2));
    await board.tell(move(orderId, 3, { to: 'CANCELLED', reason: 'offer-expired' }));
    await board.handled();
    expect(await known(orderId)).toMatchObject({ status: 'CANCELLED', reason: 'offer-expired' });
  });

  test('never go back: an old move under a new message id changes nothing', async () => {
    await using board = await following(1);
    const orderId = uuidv7();
    for (const seq of [4, 2, 5, 1]) await board.tell(move(orderId, seq));
    await board.handled();
    expect(await known(orderId)).toMatchObject({ seq: 5, status: ORDER_STATUSES[5] });
  });

  test('mark the status that is late, and nothing that was left or is only predicted', async () => {
    await using board = await following(1);
    const [marked, left, predicted, unheard] = Array.from({ length: 4 }, () => uuidv7()) as [
      string,
      string,
      string,
      string,
    ];
    for (const id of [marked, left, predicted]) {
      for (const seq of [1, 2, 3]) await board.tell(move(id, seq));
    }
    await board.tellLate(late(marked, 3));
    await board.tellLate(late(predicted, 3, { kind: 'predicted' }));
    await board.tellLate(late(left, 2));
    await board.tellLate(late(unheard, 0));
    await board.handled();
    expect(await known(marked)).toMatchObject({ seq: 3, late_seq: 3 });
    for (const id of [left, predicted]) expect(await known(id)).toMatchObject({ seq: 3, late_seq: null });
    expect(await known(unheard)).toBeUndefined();

    await board.tell(move(marked, 4));
    await board.tellLate(late(marked, 3));
    await board.handled();
    expect(await known(marked)).toMatchObject({ seq: 4, late_seq: null });
  });

  test('mark a status whose move came after the delay, when it was published again', async () => {
    await using board = await following(1);
    const orderId = uuidv7();
    await board.tell(move(orderId, 2));
    await board.tellLate(late(orderId, 4));
    await board.handled();
    expect(await known(orderId)).toMatchObject({ seq: 2, late_seq: 4 });
    for (const seq of [3, 4]) {
      await board.tell(move(orderId, seq));
      await board.handled();
      expect(await known(orderId)).toMatchObject({ seq, late_seq: 4 });
    }
    await board.tell(move(orderId, 5));
    await board.handled();
    expect(await known(orderId)).toMatchObject({ seq: 5, late_seq: null });
  });

  test('stand in the ledger’s views: what is shown, and what of it is late', async () => {
    await using board = await following(1);
    const orderId = uuidv7();
    const views = async () =>
      (
        await database.pool.query(
          `SELECT hop, message_id, state FROM ledger.mes_board WHERE order_id = $1
           UNION ALL SELECT hop, message_id, state FROM ledger.mes_late_mark WHERE order_id = $1`,
          [orderId],
        )
      ).rows;
    const row = (hop: string, state: string) => ({ hop, message_id: null, state });
    const shown = row('mes.board', '3 APPROVED');
    await board.tell(move(orderId, 3));
    await board.handled();
    expect(await views()).toEqual([shown]);
    await board.tellLate(late(orderId, 3));
    await board.handled();
    expect(await views()).toEqual([shown, row('mes.late-mark', '3')]);
  });
});
