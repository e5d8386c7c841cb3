import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../../testing/shop.ts';
import { tookMessage } from '../../testing/took-message.ts';
import { askRepair, type RepairWanted } from '../ask-repair.ts';
import { carryOutNext } from './carry-out.ts';
import type { RepairWorkflows } from './means.ts';

let shop: Shop;
let orderId: string;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(async () => {
  orderId = (await shop.submitted()).id;
  await shop.moveTo(orderId, 'PRICED');
});
afterAll(() => shop[Symbol.asyncDispose]());

/** A fact that another service told, and that was taken. */
async function wantedFact(): Promise<RepairWanted> {
  const [messageId, at] = [uuidv7(), new Date().toISOString()];
  await tookMessage(shop.database.pool, messageId, at);
  return { kind: 'tell-fact', messageId, fact: { kind: 'manufacturing-started', at, by: 'olga' } };
}

/** What comes of a repair when the workflow has ended by itself; `ending` happens between the look at the order and that at it. */
async function repaired(wanted: RepairWanted, ending: () => Promise<unknown> = async () => {}) {
  const { kysely: db, pool } = shop.database;
  await askRepair(db, { orderId, by: 'ada', reason: 'the audit found it' }, wanted);
  const workflows: Pick<RepairWorkflows, 'presenceOf' | 'signalFact'> = {
    async presenceOf() {
      await ending();
      return { is: 'completed', since: new Date() };
    },
    signalFact: async () => ({ delivered: false, why: 'finished' }),
  };
  const carried = await carryOutNext({ db, pool, outbox: shop.outbox, workflows: workflows as RepairWorkflows }, null);
  return carried?.result;
}
const cancel = () => shop.moveTo(orderId, 'CANCELLED');
const refusals = async () =>
  (await shop.database.pool.query('SELECT status, reason FROM order_refused_fact WHERE order_id = $1', [orderId])).rows;

test('an order that ended with its workflow in the meantime needs none', async () => {
  expect(await repaired({ kind: 'run-workflow' }, cancel)).toEqual({
    ...{ state: 'needless', outcome: 'the order is CANCELLED' },
  });
});

test('a fact of an order that ended in the meantime came too late', async () => {
  expect(await repaired(await wantedFact(), cancel)).toMatchObject({ state: 'done' });
  expect(await refusals()).toEqual([{ status: 'CANCELLED', reason: 'order-ended' }]);
});

test('a fact of an order that its workflow left behind waits for no other one', async () => {
  expect(await repaired(await wantedFact())).toMatchObject({
    state: 'refused',
    outcome: expect.stringContaining('is PRICED'),
  });
  expect(await refusals()).toEqual([]);
});
