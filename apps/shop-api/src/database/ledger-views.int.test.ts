import { uuidv7 } from '@bezel/outbox';
import { expect, test } from '@jest/globals';
import { recordDelay } from '../status/record-delay.ts';
import { recordRefusedFact } from '../status/record-refused-fact.ts';
import { startShop } from '../testing/shop.ts';

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
