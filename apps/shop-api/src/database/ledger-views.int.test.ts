import { uuidv7 } from '@bezel/outbox';
import { expect, test } from '@jest/globals';
import { askRepair } from '../repair/ask-repair.ts';
import { recordDelay } from '../status/record-delay.ts';
import { recordRefusedFact } from '../status/record-refused-fact.ts';
import { startShop } from '../testing/shop.ts';

test('every repair that was asked for is told, whatever came of it; the hop has those that were carried out', async () => {
  await using shop = await startShop();
  const { kysely, pool } = shop.database;
  const order = await shop.submitted();
  const messageId = uuidv7();
  const asking = { orderId: order.id, by: 'ada', reason: 'it was not told' };
  const ended = ['done', 'needless', 'refused'] as const;
  for (const state of ended) {
    const repair = await askRepair(kysely, asking, { kind: 'tell-fact', messageId });
    await pool.query(`UPDATE order_repair SET state = $2, outcome = 'ended ' || $2, ended_at = now() WHERE id = $1`, [
      repair?.id,
      state,
    ]);
  }
  await askRepair(kysely, { ...asking, by: 'sweeper missing-workflows' }, { kind: 'run-workflow' });

  const { rows } = await pool.query('SELECT * FROM ledger.shop_repair_details ORDER BY repair_id');
  const about = {
    order_id: order.id,
    repair_id: expect.any(String),
    reason: 'it was not told',
    asked_at: expect.any(Date),
  };
  expect(rows).toEqual([
    ...ended.map((state) => ({
      ...{ ...about, kind: 'tell-fact', message_id: messageId, asked_by: 'ada' },
      ...{ state, outcome: `ended ${state}`, ended_at: expect.any(Date) },
    })),
    {
      ...{ ...about, kind: 'run-workflow', message_id: null, asked_by: 'sweeper missing-workflows' },
      ...{ state: 'asked', outcome: null, ended_at: null },
    },
  ]);
  const carriedOut = await pool.query('SELECT state, message_id FROM ledger.shop_repair');
  expect(carriedOut.rows).toEqual([{ state: 'tell-fact', message_id: messageId }]);
});

test('the views tell all that the shop knows of an order, and leave nothing out', async () => {
  await using shop = await startShop();
  const { kysely, pool } = shop.database;
  const order = await shop.submitted();
  await shop.moveTo(order.id, 'PRICED');
  await shop.post(`/v1/orders/${order.id}/accept`, {});
  const late = uuidv7();
  await recordRefusedFact(kysely, {
    orderId: order.id,
    messageId: late,
    kind: 'packed',
    status: 'PRICED',
    reason: 'repeated',
    at: '2026-11-21T10:00:00.000Z',
  });
  await recordDelay(shop.outbox, kysely, {
    ...{ orderId: order.id, seq: 1, status: 'PRICING', kind: 'late' },
    ...{ deadline: '2026-11-21T09:00:00.000Z', expectedAt: null, tells: ['operators'] },
  });
  await pool.query(
    `INSERT INTO outbox.inbox (group_id, slot, ce_time, id) VALUES ('g', outbox.inbox_slot(now()), now(), $1)`,
    [late],
  );

  const view = async (name: string) =>
    (await pool.query(`SELECT order_id, hop, message_id, state FROM ledger.${name} ORDER BY at, state`)).rows;
  const about = { order_id: order.id };
  expect(await view('shop_order')).toEqual([{ ...about, hop: 'shop.order', message_id: null, state: 'PRICED' }]);
  expect(await view('shop_history')).toEqual([
    { ...about, hop: 'shop.history', message_id: null, state: '0 SUBMITTED' },
    { ...about, hop: 'shop.history', message_id: null, state: '1 PRICING' },
    { ...about, hop: 'shop.history', message_id: null, state: '2 PRICED' },
    { ...about, hop: 'shop.history', message_id: late, state: 'refused packed' },
  ]);
  const messages = await shop.messages(order.id);
  expect(await view('shop_outbox')).toEqual(
    messages.map(({ id, type }) => ({
      ...about,
      hop: 'shop.outbox',
      message_id: id,
      state: expect.stringMatching(new RegExp(`^\\d+/\\d+ shop\\.orders ${type.replaceAll('.', '\\.')}$`)),
    })),
  );
  expect(messages.map(({ type }) => type)).toEqual([
    'shop.order-submitted',
    'shop.order-status-changed',
    'shop.order-status-changed',
    'shop.price-accepted',
    'shop.order-delayed',
  ]);
  const told = messages.at(-1)?.id;
  expect(await view('shop_delay')).toEqual([{ ...about, hop: 'shop.delay', message_id: told, state: '1 late' }]);
  expect(await view('shop_inbox')).toEqual([{ order_id: null, hop: 'shop.inbox', message_id: late, state: 'g' }]);
});

test('beside the hops: what people call the order, its times, and what is parked of it', async () => {
  await using shop = await startShop();
  const { pool } = shop.database;
  const order = await shop.submitted();
  await shop.moveTo(order.id, 'PRICED');
  const details = await pool.query(`SELECT * FROM ledger.shop_order_details WHERE number = $1`, [order.number]);
  expect(details.rows).toEqual([
    expect.objectContaining({
      order_id: order.id,
      status: 'PRICED',
      seq: 2,
      channel: 'shop',
      late: false,
      run_id: null,
    }),
  ]);
  const [{ offer_expires_at: expires, entered_at: entered }] = details.rows;
  expect(expires.getTime()).toBeGreaterThan(entered.getTime());

  await pool.query(
    `INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, 'shop.orders', $1, 'too large'), (0, 'shop.orders', 'no order', '')`,
    [order.id],
  );
  await pool.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, code, attempts)
     VALUES ('shop.orchestrator', 'mes.work-orders', 3, convert_to($1, 'UTF8'), 'no such order', 'NOT_FOUND', 7),
            ('shop.orchestrator', 'mes.work-orders', 3, '\xff00', 'not text', NULL, 1)`,
    [order.id],
  );
  const parked = async (where: string) =>
    (
      await pool.query(
        `SELECT hop, topic, group_id, reason, code, attempts, messages, redrive FROM ledger.shop_parked WHERE ${where} ORDER BY hop`,
      )
    ).rows;
  const one = { messages: 0, redrive: false };
  expect(await parked(`order_id = '${order.id}'`)).toEqual([
    {
      ...one,
      hop: 'shop.inbox',
      topic: 'mes.work-orders',
      group_id: 'shop.orchestrator',
      reason: 'no such order',
      code: 'NOT_FOUND',
      attempts: 7,
    },
    {
      ...one,
      hop: 'shop.outbox',
      topic: 'shop.orders',
      group_id: null,
      reason: 'too large',
      code: null,
      attempts: null,
    },
  ]);
  // Keys that are no order's are there, and of no order.
  expect(await parked('order_id IS NULL')).toHaveLength(2);
});
