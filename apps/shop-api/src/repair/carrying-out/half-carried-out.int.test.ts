import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WORKFLOW_ENDED } from '../../orchestrator/errors.ts';
import { type Shop, startShop } from '../../testing/shop.ts';
import { askRepair } from '../ask-repair.ts';
import { orderSweeps } from '../sweeps/order-sweeps.ts';
import { carryOutNext } from './carry-out.ts';
import type { RepairWorkflows } from './means.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const query = async (sql: string, params: unknown[] = []) => (await shop.database.pool.query(sql, params)).rows;
const park = (orderId: string, code = WORKFLOW_ENDED) =>
  query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, code, attempts)
     VALUES ('shop.orchestrator', 'mes.work-orders', 3, convert_to($1, 'UTF8'), 'it had ended', $2, 1)`,
    [orderId, code],
  );
/** Which keys are to be played again. */
const redriven = async (): Promise<string[]> =>
  (await query(`SELECT convert_from(key, 'UTF8') AS id FROM outbox.consumer_parked_key WHERE redrive`)).map(
    ({ id }) => id,
  );
const runOf = async (orderId: string) =>
  (await query('SELECT run_id FROM order_workflow WHERE order_id = $1', [orderId]))[0]?.run_id;
const priced = async (): Promise<string> => {
  const { id } = await shop.submitted();
  await shop.moveTo(id, 'PRICED');
  return id;
};
const optionsWith = (workflows: Partial<Parameters<typeof orderSweeps>[0]['workflows']>) => ({
  db: shop.database.kysely,
  pool: shop.database.pool,
  outbox: shop.outbox,
  workflows: workflows as Parameters<typeof orderSweeps>[0]['workflows'],
  ...{ quietMs: 0, settleMs: 0 },
});

test.each(['the connection is lost', 'another process did it'] as const)(
  'when the workflow is started and %s, the next look does what was left',
  async (what) => {
    const orderId = await priced();
    await park(orderId);
    let isOpen = false;
    const workflows: Pick<RepairWorkflows, 'presenceOf' | 'restartOrder'> = {
      presenceOf: async () => (isOpen ? { is: 'open', runId: 'run-2' } : { is: 'unknown' }),
      async restartOrder() {
        isOpen = true;
        if (what === 'the connection is lost') throw new Error('and then the connection was lost');
        return { started: false };
      },
    };
    await askRepair(shop.database.kysely, { orderId, by: 'ada', reason: 'terminated' }, { kind: 'run-workflow' });
    await carryOutNext(optionsWith(workflows), null).catch(() => {});
    expect(await redriven()).not.toContain(orderId);
    const carried = await carryOutNext(optionsWith(workflows), null);
    expect(carried?.result).toEqual({
      state: 'done',
      outcome: 'its workflow runs, and what was parked of it is played again',
    });
    expect(await redriven()).toContain(orderId);
    expect(await runOf(orderId)).toBe('run-2');
  },
);

test('a workflow that runs and has nothing parked for it is left, whatever else is parked', async () => {
  const orderId = await priced();
  await park(orderId, 'OTHER');
  await askRepair(shop.database.kysely, { orderId, by: 'ada', reason: 'terminated' }, { kind: 'run-workflow' });
  const presenceOf = async () => ({ is: 'open', runId: 'run-1' }) as const;
  const carried = await carryOutNext(optionsWith({ presenceOf }), null);
  expect(carried?.result).toEqual({ state: 'needless', outcome: 'its workflow runs' });
  expect(await redriven()).not.toContain(orderId);
});

test('what was parked after the workflow had been started again is played again, and of no order without one', async () => {
  await query('DELETE FROM outbox.consumer_parked_key');
  const [open, without, ended, other] = [await priced(), await priced(), await priced(), await priced()];
  await shop.moveTo(ended, 'CANCELLED');
  for (const orderId of [open, without, ended, 'no order', uuidv7()]) await park(orderId);
  await park(other, 'OTHER');
  const sweeps = orderSweeps(
    optionsWith({
      openAmong: async (ids) => new Set(ids.filter((id) => id !== without)),
      presenceOf: async () => ({ is: 'ended', since: new Date() }),
      state: async () => null,
    }),
  );
  const sweep = sweeps.find(({ name }) => name === 'stuck-workflows');
  // The one without a workflow, and the two that can be told.
  expect(await sweep?.look(new AbortController().signal)).toMatchObject({ swept: 3, waiting: 3 });
  const asked = await query(
    `SELECT order_id AS id, asked_by FROM order_repair WHERE kind = 'redrive' AND state = 'asked' ORDER BY order_id`,
  );
  expect(asked).toEqual([open, ended].sort().map((id) => ({ id, asked_by: 'sweeper stuck-workflows' })));
});
