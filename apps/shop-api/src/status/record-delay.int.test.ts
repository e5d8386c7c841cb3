import type { OrderDelay } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { offerOf, type Shop, startShop, wayTo } from '../testing/shop.ts';
import { shopActivities } from './shop-activities.ts';

let shop: Shop;
let activities: ReturnType<typeof shopActivities>;
beforeAll(async () => {
  shop = await startShop();
  activities = shopActivities(shop.outbox, shop.database.kysely);
});
afterAll(() => shop[Symbol.asyncDispose]());

const DEADLINE = '2026-11-23T10:00:00.000Z';
const PROMISED = '2026-12-05T10:00:00.000Z';
const EXPECTED = '2026-12-07T10:00:00.000Z';

const lateIn = (orderId: string, seq: number, status: OrderDelay['status']): OrderDelay => ({
  ...{ orderId, seq, status, kind: 'late', deadline: DEADLINE, expectedAt: EXPECTED },
  tells: ['operators', 'customer'],
});

const predictedIn = (orderId: string, seq: number, status: OrderDelay['status']): OrderDelay => ({
  ...lateIn(orderId, seq, status),
  ...{ kind: 'predicted', deadline: PROMISED },
});

const marksOf = (orderId: string) =>
  shop.database.kysely
    .selectFrom('orders')
    .select(['late', 'predicted_late', 'stage_deadline', 'promised_at', 'expected_at'])
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();

const delaysTold = async (orderId: string) =>
  (await shop.messages(orderId)).filter(({ type }) => type === 'shop.order-delayed');

const rowsOf = async (orderId: string) =>
  (
    await shop.database.pool.query('SELECT seq, kind FROM order_delay WHERE order_id = $1 ORDER BY seq, kind', [
      orderId,
    ])
  ).rows;

/** An order that was approved, with the times the workflow gave with the move. */
async function approved() {
  const order = await shop.submitted();
  for (const move of wayTo(order.id, 'APPROVED', offerOf())) {
    await activities.moveOrder(move.to === 'APPROVED' ? { ...move, deadline: DEADLINE, promisedAt: PROMISED } : move);
  }
  return order;
}

test('a move sets the times of its stage, and the promise stands after it', async () => {
  const order = await approved();
  const times = { stage_deadline: new Date(DEADLINE), promised_at: new Date(PROMISED), expected_at: null };
  expect(await marksOf(order.id)).toEqual({ ...times, late: false, predicted_late: false });
  const told = (await shop.messages(order.id)).at(-1);
  expect(told).toMatchObject({ data: { to: 'APPROVED', deadline: DEADLINE, promisedAt: PROMISED } });
  await activities.moveOrder({ orderId: order.id, seq: 4, from: 'APPROVED', to: 'IN_MANUFACTURING' });
  expect(await marksOf(order.id)).toMatchObject({ stage_deadline: null, promised_at: new Date(PROMISED) });
});

test('times are no part of what a move is: the same move with others was made before, and changes nothing', async () => {
  const order = await approved();
  const [, , move] = wayTo(order.id, 'APPROVED');
  if (move === undefined) throw new Error('no move to APPROVED');
  await activities.moveOrder({ ...move, deadline: EXPECTED, promisedAt: EXPECTED });
  expect(await marksOf(order.id)).toMatchObject({
    stage_deadline: new Date(DEADLINE),
    promised_at: new Date(PROMISED),
  });
});

test('a delay, its mark and its event are one transaction', async () => {
  const order = await approved();
  await activities.recordDelay(lateIn(order.id, 3, 'APPROVED'));
  expect(await marksOf(order.id)).toEqual({
    ...{ late: true, predicted_late: true, stage_deadline: new Date(DEADLINE) },
    ...{ promised_at: new Date(PROMISED), expected_at: new Date(EXPECTED) },
  });
  const { rows } = await shop.database.pool.query(
    `SELECT d.message_id, o.xmin::text = d.xmin::text AND d.xmin::text = m.xmin::text AS together
     FROM order_delay AS d JOIN orders AS o ON o.id = d.order_id JOIN outbox.message AS m ON m.id = d.message_id
     WHERE d.order_id = $1`,
    [order.id],
  );
  const told = await delaysTold(order.id);
  expect(rows).toEqual([{ message_id: told[0]?.id, together: true }]);
  expect(told).toMatchObject([
    {
      data: {
        ...{ orderId: order.id, orderNumber: order.number, tenant: 'public', customerId: 'ann', seq: 3 },
        ...{ status: 'APPROVED', kind: 'late', deadline: DEADLINE, expectedAt: EXPECTED },
        tells: ['operators', 'customer'],
      },
    },
  ]);
});

test('each delay twice and at the same time is recorded and told once; the two kinds are two', async () => {
  const order = await approved();
  const delays = [lateIn(order.id, 3, 'APPROVED'), predictedIn(order.id, 3, 'APPROVED')];
  await Promise.all([...delays, ...delays, ...delays].map((delay) => activities.recordDelay(delay)));
  for (const delay of delays) await activities.recordDelay(delay);
  expect(await rowsOf(order.id)).toEqual([
    { seq: 3, kind: 'late' },
    { seq: 3, kind: 'predicted' },
  ]);
  expect((await delaysTold(order.id)).map(({ data }) => data['kind']).toSorted()).toEqual(['late', 'predicted']);
  expect(await marksOf(order.id)).toMatchObject({ late: true, predicted_late: true });
});

test('a delay recorded before stays done when the order has moved on, and marks nothing again', async () => {
  const order = await approved();
  await activities.recordDelay(lateIn(order.id, 3, 'APPROVED'));
  await activities.moveOrder({ orderId: order.id, seq: 4, from: 'APPROVED', to: 'IN_MANUFACTURING' });
  await activities.recordDelay(lateIn(order.id, 3, 'APPROVED'));
  expect(await marksOf(order.id)).toMatchObject({ late: false });
  expect(await delaysTold(order.id)).toHaveLength(1);
});

describe('the marks', () => {
  test('late goes with the next move, predicted with the end of the order', async () => {
    const order = await approved();
    await activities.recordDelay(lateIn(order.id, 3, 'APPROVED'));
    await activities.recordDelay(predictedIn(order.id, 3, 'APPROVED'));
    const [, , , ...rest] = wayTo(order.id, 'DELIVERED');
    const [next, ...others] = rest;
    if (next === undefined) throw new Error('no move after APPROVED');
    await activities.moveOrder({ ...next, deadline: PROMISED });
    expect(await marksOf(order.id)).toMatchObject({
      ...{ late: false, stage_deadline: new Date(PROMISED) },
      ...{ predicted_late: true, expected_at: new Date(EXPECTED) },
    });
    for (const move of others) await activities.moveOrder(move);
    expect(await marksOf(order.id)).toEqual({
      ...{ late: false, predicted_late: false, stage_deadline: null, expected_at: null },
      promised_at: new Date(PROMISED),
    });
  });

  test('a delay and the move out of its stage at the same time: in whichever order, no mark is left and one is told', async () => {
    for (let round = 0; round < 8; round++) {
      const order = await approved();
      await Promise.all([
        activities.recordDelay(lateIn(order.id, 3, 'APPROVED')),
        activities.moveOrder({ orderId: order.id, seq: 4, from: 'APPROVED', to: 'IN_MANUFACTURING' }),
      ]);
      expect(await marksOf(order.id)).toMatchObject({ late: false, stage_deadline: null });
      expect(await delaysTold(order.id)).toHaveLength(1);
    }
  });

  test('a delay of a stage that was left is told and marks nothing; of an order that ended, nobody hears', async () => {
    const order = await approved();
    await activities.moveOrder({ orderId: order.id, seq: 4, from: 'APPROVED', to: 'IN_MANUFACTURING' });
    await activities.recordDelay(lateIn(order.id, 3, 'APPROVED'));
    expect(await marksOf(order.id)).toMatchObject({ late: false, expected_at: null });
    await activities.moveOrder({ orderId: order.id, seq: 5, from: 'IN_MANUFACTURING', to: 'CANCELLED', reason: 'x' });
    await activities.recordDelay(lateIn(order.id, 4, 'IN_MANUFACTURING'));
    expect((await delaysTold(order.id)).map(({ data }) => [data['seq'], data['tells']])).toEqual([
      [3, ['operators', 'customer']],
      [4, []],
    ]);
  });

  test('an order that a process of the release before has moved gets its times with its first delay', async () => {
    const order = await shop.submitted();
    await shop.moveTo(order.id, 'APPROVED');
    await activities.recordDelay(lateIn(order.id, 3, 'APPROVED'));
    expect(await marksOf(order.id)).toMatchObject({ late: true, stage_deadline: new Date(DEADLINE) });
  });

  test('an order is predicted to be late when it is expected after its promise, whatever will be missed first', async () => {
    const order = await approved();
    const inTime = '2026-12-05T09:59:59.000Z';
    const ofStage = { ...predictedIn(order.id, 3, 'APPROVED'), deadline: DEADLINE, expectedAt: inTime };
    await activities.recordDelay(ofStage);
    const expected = (at: string) => ({ promised_at: new Date(PROMISED), expected_at: new Date(at), late: false });
    expect(await marksOf(order.id)).toMatchObject({ ...expected(inTime), predicted_late: false });
    await activities.moveOrder({ orderId: order.id, seq: 4, from: 'APPROVED', to: 'IN_MANUFACTURING' });
    await activities.recordDelay(predictedIn(order.id, 4, 'IN_MANUFACTURING'));
    expect(await marksOf(order.id)).toMatchObject({ ...expected(EXPECTED), predicted_late: true });
    expect(await delaysTold(order.id)).toMatchObject([
      { data: { kind: 'predicted', deadline: DEADLINE, promisedAt: PROMISED, expectedAt: inTime } },
      { data: { kind: 'predicted', deadline: PROMISED, promisedAt: PROMISED, expectedAt: EXPECTED } },
    ]);
  });

  test('a stage before the promise that will be late is told and marks nothing yet', async () => {
    const order = await shop.submitted();
    await shop.moveTo(order.id, 'PRICING');
    const before = await marksOf(order.id);
    await activities.recordDelay({ ...predictedIn(order.id, 1, 'PRICING'), deadline: DEADLINE, expectedAt: null });
    expect(await marksOf(order.id)).toEqual(before);
    expect(await delaysTold(order.id)).toMatchObject([{ data: { seq: 1, promisedAt: null, expectedAt: null } }]);
  });

  test('a delay of the submission itself has the number 0, and may know no delivery', async () => {
    const order = await shop.submitted();
    await activities.recordDelay({ ...lateIn(order.id, 0, 'SUBMITTED'), expectedAt: null, tells: ['operators'] });
    expect(await marksOf(order.id)).toMatchObject({ late: true, expected_at: null });
    expect(await delaysTold(order.id)).toMatchObject([{ data: { seq: 0, expectedAt: null, tells: ['operators'] } }]);
  });
});

describe('a delay that fits no order fails for good and changes nothing', () => {
  test.each<[string, (orderId: string) => OrderDelay]>([
    ['of an unknown order', () => lateIn(uuidv7(), 3, 'APPROVED')],
    ['of a move that was not made', (orderId) => lateIn(orderId, 4, 'IN_MANUFACTURING')],
    ['of another status than its move led to', (orderId) => predictedIn(orderId, 3, 'PRICED')],
  ])('%s', async (_, delayOf) => {
    const order = await approved();
    const before = await shop.rowCounts();
    const failure = await activities.recordDelay(delayOf(order.id)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ nonRetryable: true, type: 'OrderMoveImpossibleError' });
    expect(await shop.rowCounts()).toEqual(before);
  });
});

test('the database away is retried, not final', async () => {
  const away = await startShop();
  const gone = shopActivities(away.outbox, away.database.kysely);
  await away[Symbol.asyncDispose]();
  const failure = await gone.recordDelay(lateIn(uuidv7(), 0, 'SUBMITTED')).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(ApplicationFailure);
});
