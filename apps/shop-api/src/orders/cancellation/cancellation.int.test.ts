import {
  type OrderHistoryEntry,
  type OrderPage,
  type OrderResource,
  type OrderStatus,
  type OrderView,
  WithdrawalFailed,
  WorkOrderWithdrawn,
} from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { type Consumer, createConsumer, uuidv7 } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { moveOrder } from '../../status/move-order.ts';
import { recordRefusedFact } from '../../status/record-refused-fact.ts';
import { ADA, ANN, OLGA, type Person, PIA, type Shop, startShop } from '../../testing/shop.ts';
import { startTopics } from '../../testing/topics.ts';
import { KeepCompensations } from './keep-compensations.ts';

/** Nobody of Temporal is here: all of it comes from the shop's database, as told by its doors and by the MES's events. */
let shop: Shop;
let topics: Awaited<ReturnType<typeof startTopics>>;
let consumer: Consumer;
beforeAll(async () => {
  shop = await startShop({ temporalAddress: '127.0.0.1:1' });
  topics = await startTopics(shop.database.pool);
  consumer = createConsumer({
    db: shop.database.pool,
    subscriber: kafkajsSubscriber({ brokers: [...testServers().kafkaBrokers], clientId: 'test' }),
    groupId: `test.cancellation.${uuidv7()}`,
    handlers: topics.reading(handlersOf(new KeepCompensations())),
  });
  await consumer.start();
});
afterAll(async () => {
  await consumer.stop();
  await topics[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

interface Of {
  readonly as?: Person;
  readonly door?: 'customers' | 'partners';
}

async function orderIn(status: OrderStatus, of: Of = {}): Promise<string> {
  const { id } = await shop.submitted(of);
  await shop.moveTo(id, status);
  return id;
}

async function cancel(id: string, of: Of = {}): Promise<OrderResource> {
  const { status, body } = await shop.post<OrderResource>(`/v1/orders/${id}/cancel`, { reason: 'x' }, of);
  if (status !== 202) throw new Error(`not taken: ${status} ${JSON.stringify(body)}`);
  return body;
}

const show = async (id: string, { as = ANN, door = 'customers' }: Of = {}) =>
  (await shop.ask<OrderView>(`/v1/orders/${id}`, { as, door })).body.cancellation;
const requestOf = async (id: string) => {
  const message = (await shop.messages(id)).find(({ type }) => type === 'shop.cancellation-requested');
  if (message === undefined) throw new Error('nobody asked');
  return message;
};
const historyOf = async (id: string, { as = ANN, door = 'customers' }: Of = {}) =>
  (await shop.ask<{ items: OrderHistoryEntry[] }>(`/v1/orders/${id}/history`, { as, door })).body.items;
const compensated = async (id: string, of: Of = {}) =>
  (await historyOf(id, of)).filter(({ kind }) => kind === 'compensated').map(({ reason }) => reason);

const untilHandled = (id: string) =>
  waitFor(`message ${id} to be handled`, async () => {
    const { rowCount } = await shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [id]);
    return rowCount === 1;
  });
const at = (second: number): string => new Date(Date.UTC(2026, 10, 21, 10, 0, second)).toISOString();
async function withdrawn(orderId: string): Promise<string> {
  const id = await topics.tell(WorkOrderWithdrawn, {
    orderId,
    workOrderId: uuidv7(),
    by: 'order-workflow',
    at: at(30),
  });
  await untilHandled(id);
  return id;
}
async function failed(orderId: string, attempt: number, when = at(attempt)): Promise<void> {
  const error = `lock not available (${attempt})`;
  await untilHandled(await topics.tell(WithdrawalFailed, { orderId, attempt, error, at: when }));
}
async function cancelled(id: string, from: OrderStatus): Promise<void> {
  const { rows } = await shop.database.pool.query('SELECT seq FROM orders WHERE id = $1', [id]);
  const causedBy = (await requestOf(id)).id;
  const move = { orderId: id, seq: rows[0].seq + 1, from, to: 'CANCELLED', causedBy, reason: 'x' } as const;
  await moveOrder(shop.outbox, shop.database.kysely, move);
  await moveOrder(shop.outbox, shop.database.kysely, move);
}

describe('that an order is being cancelled', () => {
  test.each([
    ['a customer', { as: ANN, door: 'customers' }],
    ['a partner', { as: PIA, door: 'partners' }],
  ] as const)('is seen by %s at once, and since when, until it is cancelled', async (_, of) => {
    const id = await orderIn('IN_MANUFACTURING', of);
    expect(await show(id, of)).toBeNull();
    const told = await cancel(id, of);
    const since = (await requestOf(id)).data['at'] as string;
    expect(told).toMatchObject({ status: 'IN_MANUFACTURING', cancellation: { since } });
    expect(await show(id, of)).toEqual({ since });
    expect((await cancel(id, of)).cancellation).toEqual({ since });
    const page = await shop.ask<OrderPage>('/v1/orders?limit=200', of);
    expect(page.body.items.find((order) => order.id === id)?.cancellation).toEqual({ since });
    await cancelled(id, 'IN_MANUFACTURING');
    expect(await show(id, of)).toBeNull();
  });

  test('is over when the request was refused', async () => {
    const id = await orderIn('PACKED');
    await cancel(id);
    expect(await show(id)).not.toBeNull();
    const other = { orderId: id, messageId: uuidv7(), kind: 'packed', status: 'PACKED', at: at(1) } as const;
    await recordRefusedFact(shop.database.kysely, { ...other, reason: 'repeated' });
    expect(await show(id)).not.toBeNull();
    const refused = { ...other, messageId: (await requestOf(id)).id, kind: 'cancellation-requested' } as const;
    await recordRefusedFact(shop.database.kysely, { ...refused, reason: 'already-shipped' });
    expect(await show(id)).toBeNull();
    expect(await show(id, { as: OLGA })).toBeNull();
  });
});

describe('what is taken back', () => {
  const steps = async (id: string, as = OLGA) => (await show(id, { as }))?.steps;
  const pending = { state: 'pending', tries: 0, error: null, at: null };

  test('is shown to operators and administrators: what is pending, what is done, and how often it was tried', async () => {
    const id = await orderIn('PACKED');
    await cancel(id);
    const [material, workOrder] = [{ step: 'material-released' }, { step: 'work-order-withdrawn' }];
    for (const as of [OLGA, ADA]) {
      expect(await steps(id, as)).toEqual([
        { ...material, ...pending },
        { ...workOrder, ...pending },
      ]);
    }
    await failed(id, 1);
    await failed(id, 3);
    const third = { state: 'pending', tries: 3, error: 'lock not available (3)', at: at(3) };
    expect(await steps(id)).toEqual([
      { ...material, ...third },
      { ...workOrder, ...third },
    ]);
    await failed(id, 2);
    expect(await steps(id)).toEqual([
      { ...material, ...third },
      { ...workOrder, ...third },
    ]);
    await withdrawn(id);
    const done = { state: 'done', tries: 4, error: 'lock not available (3)', at: at(30) };
    expect(await steps(id)).toEqual([
      { ...material, ...done },
      { ...workOrder, ...done },
    ]);
    expect(await show(id)).toEqual({ since: expect.any(String) });
    await cancelled(id, 'PACKED');
    expect(await show(id, { as: OLGA })).toBeNull();
  });

  test.each([
    ['before it is accepted, nothing', 'PRICED', {}, []],
    ['before that a partner is to be told', 'PRICED', { as: PIA, door: 'partners' }, ['partner-told']],
    [
      'afterwards all three',
      'APPROVED',
      { as: PIA, door: 'partners' },
      ['material-released', 'work-order-withdrawn', 'partner-told'],
    ],
  ] as const)('%s', async (_, status, of, expected) => {
    const id = await orderIn(status, of);
    await cancel(id, of);
    expect((await steps(id, ADA))?.map(({ step }) => step)).toEqual(expected);
  });

  test.each(['before', 'after'] as const)(
    'stands in the history once, in its order, when the MES tells it %s the move',
    async (when) => {
      const of = { as: PIA, door: 'partners' } as const;
      const id = await orderIn('APPROVED', of);
      await cancel(id, of);
      if (when === 'before') await withdrawn(id);
      await cancelled(id, 'APPROVED');
      const message = when === 'after' ? await withdrawn(id) : (await historyOf(id, of)).at(-3)?.messageId;
      await withdrawn(id);
      const moved = (await shop.messages(id)).at(-1);
      expect(moved?.type).toBe('shop.order-status-changed');
      expect((await historyOf(id, of)).slice(3)).toMatchObject([
        { kind: 'moved', to: 'APPROVED' },
        { kind: 'compensated', reason: 'material-released', messageId: message, at: at(30), seq: null, to: null },
        { kind: 'compensated', reason: 'work-order-withdrawn', messageId: message, at: at(30) },
        { kind: 'moved', to: 'CANCELLED' },
        { kind: 'compensated', reason: 'partner-told', messageId: moved?.id },
      ]);
    },
  );

  test('stands in the ledger’s view, each step with its message, and how often it failed without', async () => {
    const of = { as: PIA, door: 'partners' } as const;
    const id = await orderIn('APPROVED', of);
    await cancel(id, of);
    await failed(id, 1);
    await failed(id, 2);
    const message = await withdrawn(id);
    await cancelled(id, 'APPROVED');
    const shown = async () =>
      (
        await shop.database.pool.query(
          'SELECT hop, message_id, state FROM ledger.shop_cancellation WHERE order_id = $1 ORDER BY state',
          [id],
        )
      ).rows;
    const row = (state: string, message_id: string | null) => ({ hop: 'shop.cancellation', message_id, state });
    const rows = [
      row('done material-released', message),
      row('done partner-told', (await shop.messages(id)).at(-1)?.id ?? ''),
      row('done work-order-withdrawn', message),
      row('failed 2', null),
    ];
    expect(await shown()).toEqual(rows);
    // Inbox rows without their effect.
    await shop.database.pool.query('DELETE FROM withdrawal_failure WHERE order_id = $1', [id]);
    await shop.database.pool.query('DELETE FROM order_compensation WHERE message_id = $1', [message]);
    expect(await shown()).toEqual([rows[1]]);
  });

  test('nobody is told as a partner who is none, or of an offer that ran out', async () => {
    const own = await orderIn('PRICED');
    await cancel(own);
    await cancelled(own, 'PRICED');
    expect(await compensated(own)).toEqual([]);
    const of = { as: PIA, door: 'partners' } as const;
    const expired = await orderIn('CANCELLED', of);
    expect(await compensated(expired, of)).toEqual([]);
  });

  test('what is told of an order that the shop does not have does no harm', async () => {
    const stranger = uuidv7();
    await failed(stranger, 1);
    await withdrawn(stranger);
    const { rows } = await shop.database.pool.query(
      'SELECT FROM order_compensation WHERE order_id = $1 UNION ALL SELECT FROM withdrawal_failure WHERE order_id = $1',
      [stranger],
    );
    expect(rows).toEqual([]);
  });
});
