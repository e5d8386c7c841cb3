import {
  OrderDelayed,
  type OrderResource,
  OrderStatusChanged,
  PriceAccepted,
  type PriceOffer,
  ProjectingAsked,
  PublishingAsked,
  RedriveAsked,
} from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { committedIn } from '@bezel/outbox/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { recordDelay } from '../../status/record-delay.ts';
import { ADA, type Shop, startShop } from '../../testing/shop.ts';
import { carryOutNext } from './carry-out.ts';

let shop: Shop;
let order: OrderResource;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(async () => {
  order = await shop.submitted();
  await shop.moveTo(order.id, 'PRICED');
});
afterAll(() => shop[Symbol.asyncDispose]());

const query = async (sql: string, params: unknown[] = []) => (await shop.database.pool.query(sql, params)).rows;
const ask = async (body: object, id = order.id) =>
  shop.post<{ id: string; state: string }>(
    `/v1/operations/orders/${id}/repairs`,
    { reason: 'the audit found it', ...body },
    { as: ADA, headers: { 'idempotency-key': uuidv7() } },
  );
/** No workflow is needed to bring messages. */
const carryOut = () =>
  carryOutNext(
    { db: shop.database.kysely, pool: shop.database.pool, outbox: shop.outbox, workflows: undefined as never },
    null,
  );
const repaired = async (body: object): Promise<{ state: string; outcome: string }> => {
  const { status, body: asked } = await ask(body);
  expect(status).toBe(202);
  await carryOut();
  return (await query('SELECT state, outcome FROM order_repair WHERE id = $1', [asked.id]))[0];
};
/** Where its messages lie, in their order, as if they had all been published. */
const published = async () => {
  await query(`UPDATE outbox.checkpoint SET holes = '{}', cursor = coalesce(
    (SELECT max(seq) FROM outbox.message AS m WHERE m.shard = checkpoint.shard), 0)`);
  return query(
    'SELECT id AS "messageId", shard::int, seq::text FROM outbox.message WHERE key = $1 ORDER BY outbox.message.seq',
    [order.id],
  );
};
const holes = async () =>
  query(`SELECT shard::int, holes::text FROM outbox.checkpoint WHERE holes <> '{}' ORDER BY shard`);
/** What was asked of others for this test's order: its key may be its repair's, so its value tells. */
const asked = async (type: string) =>
  (await committedIn(shop.database.pool)).filter(
    (message) => message.type === type && JSON.parse(message.value).orderId === order.id,
  );

test('a message of the shop is published again from its place, however often it is asked for', async () => {
  const [, moved] = await published();
  const body = { kind: 'publish-again', of: 'shop', ...moved };
  const first = await ask(body);
  expect((await ask(body)).body.id).toBe(first.body.id);
  await Promise.all([carryOut(), carryOut()]);
  const hole = [{ shard: moved.shard, holes: `{[${moved.seq},${Number(moved.seq) + 1})}` }];
  expect(await holes()).toEqual(hole);
  expect(await repaired(body)).toEqual({ state: 'needless', outcome: expect.stringContaining('has yet to send it') });
  expect(await holes()).toEqual(hole);
  expect(await query('SELECT state FROM order_repair WHERE order_id = $1 ORDER BY id', [order.id])).toEqual([
    { state: 'done' },
    { state: 'needless' },
  ]);
  expect(await query('SELECT hop, message_id, state FROM ledger.shop_repair WHERE order_id = $1', [order.id])).toEqual([
    { hop: 'shop.repair', message_id: moved.messageId, state: 'publish-again' },
  ]);
});

test('not what has never been sent, and not what lies elsewhere', async () => {
  const [begun, moved] = await published();
  await query(`UPDATE outbox.checkpoint SET cursor = 0`);
  expect(await repaired({ kind: 'publish-again', of: 'shop', ...moved })).toMatchObject({ state: 'needless' });
  await published();
  expect(await repaired({ kind: 'publish-again', of: 'shop', ...moved, messageId: begun.messageId })).toMatchObject({
    state: 'refused',
  });
  expect(await holes()).toEqual([]);
});

test('what the MES wrote is asked of the MES, under a key that nothing parked of the order holds back', async () => {
  const messageId = uuidv7();
  expect(await repaired({ kind: 'publish-again', of: 'mes', messageId, shard: 3, seq: '4711' })).toMatchObject({
    state: 'done',
    outcome: 'mes is asked to publish its message again',
  });
  const [event] = await asked(PublishingAsked.type);
  expect(event?.key).toMatch(/^repair\//);
  expect(JSON.parse(event?.value ?? '')).toMatchObject({
    orderId: order.id,
    of: 'mes',
    messageId,
    shard: 3,
    seq: 4711,
  });
});

test('a redrive is asked of every app', async () => {
  await query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
     VALUES ('shop.orchestrator', 'shop.orders', 3, $1::text::bytea, 'no such column', 5)`,
    [order.id],
  );
  expect(await repaired({ kind: 'redrive' })).toMatchObject({ state: 'done' });
  expect(await query('SELECT redrive FROM outbox.consumer_parked_key WHERE key = $1::text::bytea', [order.id])).toEqual(
    [{ redrive: true }],
  );
  expect((await asked(RedriveAsked.type)).map(({ value }) => JSON.parse(value).orderId)).toEqual([order.id]);
});

test('a move that the CRM does not show is asked of it, with its event; a move nobody made is not', async () => {
  const moved = (await shop.messages(order.id)).find(({ type }) => type === OrderStatusChanged.type);
  const wanted = { kind: 'project-again', messageId: moved?.id, event: { type: moved?.type, data: moved?.data } };
  expect(await repaired(wanted)).toMatchObject({ state: 'done' });
  expect((await asked(ProjectingAsked.type)).map(({ value }) => JSON.parse(value))).toEqual([
    expect.objectContaining({ orderId: order.id, messageId: moved?.id, event: wanted.event }),
  ]);
  const madeUp = { ...wanted, event: { type: moved?.type, data: { ...moved?.data, to: 'SHIPPED' } } };
  expect(await repaired(madeUp)).toMatchObject({ state: 'refused', outcome: expect.stringContaining('never made') });
  for (const change of [{ reason: 'because' }, { promisedAt: '2026-12-24T12:00:00.000Z' }, { customerId: 'bob' }]) {
    const changed = { ...wanted, event: { type: moved?.type, data: { ...moved?.data, ...change } } };
    expect(await repaired(changed)).toMatchObject({ state: 'refused', outcome: expect.stringContaining('otherwise') });
  }
  const other = await shop.submitted();
  expect((await ask(wanted, other.id)).status).toBe(400);
  expect((await ask({ ...wanted, event: { type: PriceAccepted.type, data: {} } })).status).toBe(400);
  expect(await asked(ProjectingAsked.type)).toHaveLength(1);
});

test('a delay that is not shown is asked for with its event; one that was never told, or otherwise, is not', async () => {
  const { seq } = (await query('SELECT seq FROM orders WHERE id = $1', [order.id]))[0] as { seq: number };
  await recordDelay(shop.outbox, shop.database.kysely, {
    ...{ orderId: order.id, seq, status: 'PRICED', kind: 'late', expectedAt: null },
    ...{ deadline: '2026-11-21T09:00:00.000Z', tells: ['operators', 'customer'] },
  });
  const message = (await shop.messages(order.id)).find(({ type }) => type === OrderDelayed.type);
  const asking = (change: object = {}, messageId = message?.id) => ({
    ...{ kind: 'project-again', messageId },
    event: { type: message?.type, data: { ...message?.data, ...change } },
  });
  expect(await repaired(asking({ seq: 1 }))).toMatchObject({ outcome: expect.stringContaining('never told') });
  expect(await repaired(asking({}, uuidv7()))).toMatchObject({ outcome: expect.stringContaining('never told') });
  const at = '2026-12-24T12:00:00.000Z';
  for (const change of [{ deadline: at }, { expectedAt: at }, { promisedAt: at }, { customerId: 'bob' }, { at }]) {
    const outcome = expect.stringContaining('otherwise');
    expect(await repaired(asking(change))).toMatchObject({ state: 'refused', outcome });
  }
  expect(await repaired(asking())).toMatchObject({ state: 'done' });
  expect((await asked(ProjectingAsked.type)).map(({ value }) => JSON.parse(value))).toEqual([
    expect.objectContaining({ messageId: message?.id, event: asking().event }),
  ]);
});

test('every event of an order is told as it was, and not with another offer or another ring', async () => {
  const [submitted, , priced] = await shop.messages(order.id);
  const asking = (message: typeof priced, change: object = {}) => ({
    ...{ kind: 'project-again', messageId: message?.id },
    event: { type: message?.type, data: { ...message?.data, ...change } },
  });
  const offer = priced?.data['offer'] as PriceOffer;
  const cheaper = { offer: { ...offer, total: { ...offer.total, amountMinor: '1' } } };
  expect(await repaired(asking(priced, cheaper))).toMatchObject({ state: 'refused' });
  expect(await repaired(asking(submitted, { stones: 200 }))).toMatchObject({ state: 'refused' });
  for (const message of [submitted, priced]) expect(await repaired(asking(message))).toMatchObject({ state: 'done' });
  expect(await asked(ProjectingAsked.type)).toHaveLength(2);
});

test('what is done stands in the history of the order', async () => {
  const [, moved] = await published();
  await repaired({ kind: 'publish-again', of: 'shop', ...moved });
  const { body } = await shop.ask<{ items: { kind: string; reason: string; messageId: string }[] }>(
    `/v1/orders/${order.id}/history`,
    { as: ADA },
  );
  expect(body.items.filter(({ kind }) => kind === 'repaired')).toEqual([
    expect.objectContaining({
      messageId: moved.messageId,
      reason: 'publish-again (done) asked by ada: the audit found it; the message is published again',
    }),
  ]);
});
