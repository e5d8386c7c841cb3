import { type OrderHistoryEntry, type OrderResource, type Problem, WorkOrderStarted } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ADA, ANN, OLGA, type Person, type Shop, startShop } from '../testing/shop.ts';

let shop: Shop;
let order: OrderResource;
beforeAll(async () => {
  shop = await startShop();
  order = await shop.submitted();
});
afterAll(() => shop[Symbol.asyncDispose]());

interface Repair {
  readonly id: string;
  readonly state: string;
}
const ask = (
  body: unknown,
  { as = ADA, key = uuidv7(), id = order.id }: { as?: Person; key?: string; id?: string } = {},
) =>
  shop.post<Repair & Problem>(`/v1/operations/orders/${id}/repairs`, body, {
    as,
    headers: key === '' ? {} : { 'idempotency-key': key },
  });
const list = async (): Promise<Repair[]> =>
  (await shop.ask<{ items: Repair[] }>(`/v1/operations/orders/${order.id}/repairs`, { as: ADA })).body.items;
const WANTED = { kind: 'run-workflow', reason: 'it was terminated by hand' };

test('an administrator asks; the same ask, under its key or another, waits once', async () => {
  const key = uuidv7();
  const first = await ask(WANTED, { key });
  expect(first).toMatchObject({
    status: 202,
    body: { kind: 'run-workflow', state: 'asked', askedBy: 'ada', outcome: null },
  });
  expect((await ask(WANTED, { key })).body.id).toBe(first.body.id);
  expect((await ask({ ...WANTED, reason: 'another administrator is at it too' })).body.id).toBe(first.body.id);
  expect((await ask({ kind: 'redrive', reason: 'parked' })).body.id).not.toBe(first.body.id);
  expect(await list()).toHaveLength(2);
});

test('it stands in the history of the order, for those who operate the system', async () => {
  const historyAs = async (as: Person) =>
    (await shop.ask<{ items: OrderHistoryEntry[] }>(`/v1/orders/${order.id}/history`, { as })).body.items;
  const repaired = (await historyAs(OLGA)).filter(({ kind }) => kind === 'repaired');
  expect(repaired.map(({ reason }) => reason)).toEqual([
    'run-workflow (asked) asked by ada: it was terminated by hand',
    'redrive (asked) asked by ada: parked',
  ]);
  expect((await historyAs(ANN)).map(({ kind }) => kind)).toEqual(['moved']);
});

test('two who ask at once ask once', async () => {
  const messageId = uuidv7();
  const answers = await Promise.all([1, 2, 3].map(() => ask({ kind: 'tell-fact', messageId, reason: 'lost' })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
});

test.each<[string, unknown, object, number]>([
  ['without a key', WANTED, { key: '' }, 400],
  ['without a reason', { kind: 'redrive' }, {}, 400],
  ['something else', { kind: 'delete', reason: 'x' }, {}, 400],
  ['a fact without its message', { kind: 'tell-fact', reason: 'x' }, {}, 400],
  [
    'an event that is no fact',
    { kind: 'tell-fact', messageId: uuidv7(), event: { type: 'shop.order-submitted', data: {} }, reason: 'x' },
    {},
    400,
  ],
  [
    'a fact that does not fit its schema',
    {
      kind: 'tell-fact',
      messageId: uuidv7(),
      event: { type: WorkOrderStarted.type, data: { by: 'olga' } },
      reason: 'x',
    },
    {},
    400,
  ],
  [
    "another order's fact",
    {
      kind: 'tell-fact',
      messageId: uuidv7(),
      event: {
        type: WorkOrderStarted.type,
        data: { orderId: uuidv7(), workOrderId: uuidv7(), by: 'olga', at: '2026-11-21T10:00:00.000Z' },
      },
      reason: 'x',
    },
    {},
    400,
  ],
  ['by a customer', WANTED, { as: ANN }, 403],
  ['by an operator', WANTED, { as: OLGA }, 403],
  ['of an order that is not there', WANTED, { id: uuidv7() }, 404],
])('refused: %s', async (_, body, how, status) => {
  const before = await list();
  expect((await ask(body, how)).status).toBe(status);
  expect(await list()).toEqual(before);
});
