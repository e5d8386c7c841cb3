import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../../testing/shop.ts';
import { askRepair } from '../ask-repair.ts';
import { askAsSweeper } from './ask-as-sweeper.ts';

let shop: Shop;
let id: string;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(async () => {
  id = (await shop.submitted()).id;
});
afterAll(() => shop[Symbol.asyncDispose]());

const RUN = { kind: 'run-workflow' } as const;
const telling = (messageId: string) => ({ kind: 'tell-fact', messageId }) as const;
const ask = (wanted: Parameters<typeof askAsSweeper>[2], of = id) =>
  askAsSweeper(shop.database.kysely, { orderId: of, sweeper: 'stuck-workflows' }, wanted);
const end = (state: 'done' | 'needless' | 'refused') =>
  shop.database.pool.query(
    `UPDATE order_repair SET state = $2, outcome = 'so it is', ended_at = now() WHERE order_id = $1 AND state = 'asked'`,
    [id, state],
  );
const rows = async (): Promise<number> =>
  (await shop.database.pool.query('SELECT FROM order_repair WHERE order_id = $1', [id])).rowCount ?? 0;

test('what was refused is not asked again where the order stands; after its next move it is', async () => {
  expect(await ask(RUN)).toBe(true);
  await end('refused');
  expect([await ask(RUN), await ask(RUN)]).toEqual([false, false]);
  expect(await rows()).toBe(1);
  await shop.moveTo(id, 'PRICING');
  expect(await ask(RUN)).toBe(true);
  await end('refused');
  expect(await ask(RUN)).toBe(false);
  expect(await rows()).toBe(2);
});

test('a refusal counts for the order, the kind and the fact it was said of', async () => {
  const fact = uuidv7();
  await ask(telling(fact));
  await end('refused');
  expect(await ask(telling(fact))).toBe(false);
  expect(await ask(telling(uuidv7()))).toBe(true);
  expect(await ask(RUN)).toBe(true);
  const other = await shop.submitted();
  expect(await ask(telling(fact), other.id)).toBe(true);
});

test('an administrator may ask again, and what comes of that decides whether a sweeper does', async () => {
  await ask(RUN);
  await end('refused');
  const asking = { orderId: id, by: 'ada', reason: 'the order was set right' };
  expect(await askRepair(shop.database.kysely, asking, RUN)).toMatchObject({ state: 'asked' });
  await end('done');
  expect(await ask(RUN)).toBe(true);
});
