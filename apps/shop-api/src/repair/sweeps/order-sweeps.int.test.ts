import type { OrderHistoryEntry } from '@bezel/contracts';
import { PriceAccepted, WorkOrderCompleted, WorkOrderStarted } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { workflowIdOf } from '@bezel/order-workflow';
import { createOrderClient } from '@bezel/order-workflow/client';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { moveOrder } from '../../status/move-order.ts';
import { type RunningShop, startRunningShop } from '../../testing/running-shop.ts';
import { ADA, ANN, offerOf, wayTo } from '../../testing/shop.ts';
import { tookMessage } from '../../testing/took-message.ts';
import { orderSweeps } from './order-sweeps.ts';

jest.setTimeout(120_000);

let running: RunningShop;
let sweeps: ReturnType<typeof orderSweeps>;
beforeAll(async () => {
  running = await startRunningShop({ temporalAddress: testServers().temporalAddress });
  const { client, taskQueues, shop } = running;
  const workflows = createOrderClient({ client, taskQueues });
  const { kysely: db, pool } = shop.database;
  sweeps = orderSweeps({ db, pool, outbox: shop.outbox, workflows, quietMs: 0, settleMs: 0 });
});
afterAll(() => running[Symbol.asyncDispose]());

const look = async (name: string) => {
  const looked = await sweeps.find((sweep) => sweep.name === name)?.look(new AbortController().signal);
  if (looked === undefined || looked === 'elsewhere') throw new Error(`nobody looked: ${name}`);
  return looked;
};
/** What was asked, and then carried out. */
const sweep = async (name: string) => {
  const { waiting } = await look(name);
  await look('asked-repairs');
  return waiting;
};
const terminated = async (orderId: string): Promise<void> => {
  const handle = running.client.workflow.getHandle(workflowIdOf(orderId));
  await handle.terminate('by hand');
  // Visibility is told of it a little later.
  await waitFor('Temporal to show it', async () => {
    const query = `WorkflowId = '${workflowIdOf(orderId)}' AND ExecutionStatus = 'Running'`;
    for await (const _ of running.client.workflow.list({ query })) return false;
    return true;
  });
};
const entries = async (orderId: string): Promise<OrderHistoryEntry[]> =>
  (await running.shop.ask<{ items: OrderHistoryEntry[] }>(`/v1/orders/${orderId}/history`, { as: ANN })).body.items;
const repairs = async (orderId: string): Promise<string[]> => {
  const { rows } = await running.shop.database.pool.query(
    `SELECT kind || ' (' || state || ') asked by ' || asked_by || ': ' || reason || coalesce('; ' || outcome, '') AS line
     FROM order_repair WHERE order_id = $1 ORDER BY id`,
    [orderId],
  );
  return rows.map(({ line }) => line);
};
const moves = async (orderId: string) =>
  (await entries(orderId)).filter(({ kind }) => kind === 'moved').map(({ to }) => to);
const submitted = async (): Promise<string> => (await running.shop.submitted()).id;
const priced = async (): Promise<string> => {
  const id = await submitted();
  await running.topics.relay(id, /submitted/);
  await running.reached(id, 'PRICED');
  return id;
};
const accept = (id: string) => running.shop.post(`/v1/orders/${id}/accept`, {});
/** In a status, as if its workflow had brought it there, and Temporal had forgotten that. */
const without = async (status: Parameters<typeof wayTo>[1], offer = offerOf()): Promise<string> => {
  const id = await submitted();
  for (const move of wayTo(id, status, offer)) await moveOrder(running.shop.outbox, running.shop.database.kysely, move);
  return id;
};

test('an order whose submission was lost on its way is begun, and the message that comes after all does nothing more', async () => {
  const id = await submitted();
  expect(await sweep('unstarted-orders')).toBe(1);
  await running.reached(id, 'PRICED');
  await running.topics.relay(id, /submitted/);
  const [message] = await running.shop.messages(id);
  await waitFor('the late message to be handled', async () => {
    const { rowCount } = await running.shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [
      message?.id,
    ]);
    return rowCount === 1;
  });
  expect(await moves(id)).toEqual(['SUBMITTED', 'PRICING', 'PRICED']);
  expect((await entries(id)).find(({ seq }) => seq === 1)?.messageId).toBe(message?.id);
  expect(await repairs(id)).toEqual([
    'run-workflow (done) asked by sweeper unstarted-orders: the order is under way and no workflow of it is open; ' +
      'its workflow was started where the order stands, SUBMITTED',
  ]);
});

test('an order that is begun when the outbox keeps its submission no more names no cause: none that nobody wrote', async () => {
  const id = await submitted();
  await running.shop.database.pool.query('DELETE FROM outbox.message WHERE key = $1', [id]);
  await sweep('unstarted-orders');
  await running.reached(id, 'PRICED');
  expect(await moves(id)).toEqual(['SUBMITTED', 'PRICING', 'PRICED']);
  expect((await entries(id)).filter(({ messageId }) => messageId !== null)).toEqual([]);
});

test('a workflow that was terminated goes on where the order stands, with the fact that was parked meanwhile', async () => {
  const id = await priced();
  await terminated(id);
  await accept(id);
  await running.topics.relay(id, /accepted/);
  await waitFor('the fact to be parked', async () => {
    const { rows } = await running.shop.database.pool.query('SELECT code FROM outbox.consumer_parked_key');
    return rows.some(({ code }) => code === 'WORKFLOW_ENDED');
  });
  await sweep('stuck-workflows');
  await running.reached(id, 'APPROVED');
  expect(await repairs(id)).toEqual([expect.stringMatching(/^run-workflow \(done\) .*PRICED, and what was parked/)]);
  await waitFor('nothing to be parked', async () => {
    const { rowCount } = await running.shop.database.pool.query('SELECT FROM outbox.consumer_parked_key');
    return rowCount === 0;
  });
  // Once more: there is nothing to do.
  await sweep('stuck-workflows');
  expect(await repairs(id)).toHaveLength(1);
  expect(await moves(id)).toEqual(['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED']);
  const { rows } = await running.shop.database.pool.query('SELECT run_id FROM order_workflow WHERE order_id = $1', [
    id,
  ]);
  expect(rows[0].run_id).toBe((await running.client.workflow.getHandle(workflowIdOf(id)).describe()).runId);
});

test('a fact whose message is lost is told again under its own id; one the workflow keeps for later is left', async () => {
  const [id, early] = [await priced(), await priced()];
  await accept(id);
  await running.parcelDelivered(early);
  await running.topics.relay(early, /delivery/);
  const [kept] = (await running.shop.messages(early)).slice(-1);
  await waitFor('the early fact to be kept', async () => {
    const { rowCount } = await running.shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [kept?.id]);
    return rowCount === 1;
  });
  await sweep('stuck-workflows');
  await running.reached(id, 'APPROVED');
  const message = (await running.shop.messages(id)).find(({ type }) => type === PriceAccepted.type);
  expect((await entries(id)).find(({ to }) => to === 'APPROVED')?.messageId).toBe(message?.id);
  expect(await repairs(id)).toEqual([expect.stringContaining('the workflow was told again: price-accepted')]);
  expect(await repairs(early)).toEqual([]);
  // The message comes after all.
  await running.topics.relay(id, /accepted/);
  await waitFor('the late message to be handled', async () => {
    const { rowCount } = await running.shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [
      message?.id,
    ]);
    return rowCount === 1;
  });
  expect(await moves(id)).toEqual(['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED']);
});

test('an offer past its end, of an order that Temporal forgot, is ended', async () => {
  const id = await without('PRICED', offerOf(uuidv7(), new Date(Date.now() - 1_000)));
  await sweep('unexpired-offers');
  await running.reached(id, 'CANCELLED');
  expect(await moves(id)).toEqual(['SUBMITTED', 'PRICING', 'PRICED', 'CANCELLED']);
});

test('an order in work that Temporal forgot goes on with what the workshop tells next', async () => {
  const id = await without('APPROVED');
  await sweep('stuck-workflows');
  const step = { orderId: id, workOrderId: uuidv7(), by: 'olga', at: new Date().toISOString() };
  await running.topics.tell(WorkOrderStarted, step);
  await running.topics.tell(WorkOrderCompleted, step);
  await running.reached(id, 'MANUFACTURING_COMPLETED');
  expect(await repairs(id)).toHaveLength(1);
});

test('what another service told and the workflow lost is told again by an administrator, once', async () => {
  const id = await priced();
  const data = { orderId: id, workOrderId: uuidv7(), by: 'olga', at: new Date().toISOString() };
  const messageId = await running.topics.tell(WorkOrderStarted, data);
  const taken = () =>
    waitFor('the message to be handled', async () => {
      const { rowCount } = await running.shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [
        messageId,
      ]);
      return rowCount === 1;
    });
  await taken();
  // The workflow kept it until it would fit, and is gone with it: what moved nothing is in no history.
  await terminated(id);
  await sweep('stuck-workflows');
  await accept(id);
  await running.topics.relay(id, /accepted/);
  await running.reached(id, 'APPROVED');
  const ask = () =>
    running.shop.post(
      `/v1/operations/orders/${id}/repairs`,
      {
        kind: 'tell-fact',
        messageId,
        event: { type: WorkOrderStarted.type, data },
        reason: 'its inbox row has no effect',
      },
      { as: ADA, headers: { 'idempotency-key': uuidv7() } },
    );
  expect((await ask()).status).toBe(202);
  await look('asked-repairs');
  await running.reached(id, 'IN_MANUFACTURING');
  // Asked again, and the message comes once more.
  expect((await ask()).status).toBe(202);
  await look('asked-repairs');
  await running.topics.tell(WorkOrderStarted, data, messageId);
  await taken();
  expect((await repairs(id)).map((line) => line.replace(/ asked by.*/, ''))).toEqual([
    'run-workflow (done)',
    'tell-fact (done)',
    'tell-fact (needless)',
  ]);
  expect((await entries(id)).filter((entry) => entry.messageId === messageId)).toHaveLength(1);
});

test('a workflow that ended by itself under an order that has not is for a person to look at', async () => {
  const id = await priced();
  await running.shop.post(`/v1/orders/${id}/cancel`, { reason: 'another ring' });
  await running.topics.relay(id, /cancellation/);
  await running.reached(id, 'CANCELLED');
  await waitFor('the workflow to end', async () => {
    const { status } = await running.client.workflow.getHandle(workflowIdOf(id)).describe();
    return status.name === 'COMPLETED';
  });
  // Somebody turns the order back by hand, past every constraint.
  const client = await running.shop.database.pool.connect();
  await client.query(
    `SET session_replication_role = replica; UPDATE orders SET status = 'PRICED', seq = 2 WHERE id = '${id}'`,
  );
  client.release(true);
  await sweep('stuck-workflows');
  const refused = [expect.stringMatching(/^run-workflow \(refused\) .*a person must find out/)];
  expect(await repairs(id)).toEqual(refused);
  // It waits, for whoever watches the sweepers; nothing more is asked, whichever sweeper looks.
  await running.shop.database.pool.query(
    `UPDATE orders SET offer = (offer::jsonb || '{"expiresAt": "2026-01-01T00:00:00.000Z"}')::json WHERE id = $1`,
    [id],
  );
  for (const name of ['stuck-workflows', 'unexpired-offers']) {
    expect(await look(name)).toMatchObject({ swept: 0, waiting: 1 });
    await look('asked-repairs');
  }
  expect(await repairs(id)).toEqual(refused);
  // No workflow will ever hear of the order again: a fact that somebody asks for does not wait for one.
  const data = { orderId: id, workOrderId: uuidv7(), by: 'olga', at: new Date().toISOString() };
  const messageId = uuidv7();
  await tookMessage(running.shop.database.pool, messageId, data.at);
  await running.shop.post(
    `/v1/operations/orders/${id}/repairs`,
    { kind: 'tell-fact', messageId, event: { type: WorkOrderStarted.type, data }, reason: 'no effect' },
    { as: ADA, headers: { 'idempotency-key': uuidv7() } },
  );
  expect(await look('asked-repairs')).toMatchObject({ swept: 1, waiting: 0 });
  expect(await repairs(id)).toEqual([
    ...refused,
    expect.stringMatching(/^tell-fact \(refused\) .*ended by itself.*a person must find out/),
  ]);
});
