// The first import registers the metrics SDK before anything records into it.

import { waitFor } from '@bezel/local/testing';
import { LIFECYCLE, PROMETHEUS_NAMES, STATUSES, TRANSITIONS } from '@bezel/order-workflow';
import { metricsText } from '@bezel/service/telemetry';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { shopActivities } from '../status/shop-activities.ts';
import { type Shop, startShop, wayTo } from '../testing/shop.ts';
import { reportingStages } from './report-stages.ts';
import { readStageFigures, stageFigures } from './stage-figures.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop[Symbol.asyncDispose]());

const OPEN = STATUSES.filter((status) => !LIFECYCLE[status].final);
const orderIn = async (status: (typeof STATUSES)[number]): Promise<string> => {
  const { id } = await shop.submitted();
  await shop.moveTo(id, status);
  return id;
};
const since = (id: string, seconds: number) =>
  shop.database.pool.query(`UPDATE orders SET updated_at = now() - $2 * interval '1 second' WHERE id = $1`, [
    id,
    seconds,
  ]);
const figuresOf = async (status: string) =>
  (await readStageFigures(shop.database.kysely)).find((each) => each.status === status);

test('every status that is not final has figures, also without an order in it', async () => {
  expect(await readStageFigures(shop.database.kysely)).toEqual(
    OPEN.map((status) => ({ status, orders: 0, oldestSeconds: 0, late: 0, overdueSeconds: 0 })),
  );
});

test('orders are counted where they are, by the deadline they have or by the SLA of the contract', async () => {
  const submitted = [await orderIn('SUBMITTED'), await orderIn('SUBMITTED')];
  const [priced, packed, delivered] = [await orderIn('PRICED'), await orderIn('PACKED'), await orderIn('DELIVERED')];
  // Without a deadline: one is older than the minute a submitted order may take.
  await since(submitted[0] ?? '', 61);
  await since(submitted[1] ?? '', 50);
  // Nobody is late with an offer, nor with an order that has ended.
  await since(priced, 40 * 86_400);
  await since(delivered, 40 * 86_400);
  // Its own deadline counts, not that of the contract.
  await since(packed, 40);
  await shop.database.pool.query(`UPDATE orders SET stage_deadline = now() - interval '1 second' WHERE id = $1`, [
    packed,
  ]);
  // Here that is later: nobody is late, however long the contract's SLA has gone by.
  const approved = await orderIn('APPROVED');
  await since(approved, 40 * 86_400);
  await shop.database.pool.query(`UPDATE orders SET stage_deadline = now() + interval '1 day' WHERE id = $1`, [
    approved,
  ]);

  expect(await figuresOf('SUBMITTED')).toMatchObject({ orders: 2, late: 1 });
  expect(await figuresOf('PRICED')).toMatchObject({ orders: 1, late: 0 });
  expect(await figuresOf('PACKED')).toMatchObject({ orders: 1, late: 1 });
  expect(await figuresOf('PRICED')).toMatchObject({ overdueSeconds: 0 });
  expect(await figuresOf('APPROVED')).toMatchObject({ orders: 1, late: 0, overdueSeconds: 0 });
  // Since its deadline, not since it came.
  const { oldestSeconds = 0, overdueSeconds = 0 } = (await figuresOf('SUBMITTED')) ?? {};
  expect(overdueSeconds).toBeCloseTo(oldestSeconds - 60, 3);
  expect(oldestSeconds).toBeGreaterThanOrEqual(61);
  expect((await figuresOf('PACKED'))?.oldestSeconds).toBeGreaterThanOrEqual(40);
  expect(await figuresOf('DELIVERED')).toBeUndefined();
  expect((await readStageFigures(shop.database.kysely)).reduce((sum, { orders }) => sum + orders, 0)).toBe(5);
});

test('the figures are read from the index of the orders under way, however many have ended', async () => {
  await using client = Object.assign(await shop.database.pool.connect(), {
    async [Symbol.asyncDispose]() {
      // With its session's settings it must not go back to the pool.
      client.release(true);
    },
  });
  await client.query('SET session_replication_role = replica');
  await client.query(`
    INSERT INTO orders (id, number, tenant, customer_id, channel, model_sha256, model_file_name, model_bytes, metal, finish,
                        stones, status, seq)
    SELECT gen_random_uuid(), 'F-' || n, 't', 'c', 'shop', repeat('a', 64), 'a.stl', 84, 'gold-585', 'polished', 0,
           CASE WHEN n % 200 = 0 THEN 'PRICING' WHEN n % 3 = 0 THEN 'CANCELLED' ELSE 'DELIVERED' END, 1
    FROM generate_series(1, 20000) AS n`);
  await client.query('VACUUM (ANALYZE) orders');
  const { sql, parameters } = stageFigures.compile(shop.database.kysely);
  const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT TEXT) ${sql}`, [...parameters]);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Only Scan using orders_in_stage on orders');
  expect(plan).toContain('Heap Fetches: 0');
  expect(plan).not.toContain('Seq Scan');
  expect(await figuresOf('PRICING')).toMatchObject({ orders: 100 });
});

/** A figure of a page of metrics; NaN when it is not there. */
function figure(page: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = page.split('\n').filter((line) => line.match(/^[a-z_]+/)?.[0] === name);
  return Number(lines.find((line) => wanted.every((part) => line.includes(part)))?.split(' ')[1]);
}
const age = async (): Promise<number> => figure(await metricsText(), PROMETHEUS_NAMES.age);

test('the role reports what the alert rules ask for, and says how old it is when nothing can be read', async () => {
  const { id: order } = await shop.submitted();
  const activities = shopActivities(shop.outbox, shop.database.kysely);
  for (const move of wayTo(order, 'PRICING')) await activities.moveOrder(move);
  let isAway = false;
  const role = reportingStages({ start: async () => {}, stop: async () => {}, health: async () => {} }, async () => {
    if (isAway) throw new Error('the database is away');
    return readStageFigures(shop.database.kysely);
  });
  await role.start(() => {});

  const page = await metricsText();
  const { orders, oldest, late, overdue, moves } = PROMETHEUS_NAMES;
  for (const status of OPEN) {
    for (const name of [orders, oldest, late, overdue]) {
      const value = figure(page, name, { status });
      expect({ name, status, reported: !Number.isNaN(value) }).toEqual({ name, status, reported: true });
    }
  }
  expect(figure(page, orders, { status: 'PRICING' })).toBe(1);
  expect(figure(page, moves, { from: 'SUBMITTED', to: 'PRICING' })).toBe(1);
  for (const move of TRANSITIONS) {
    expect(figure(page, moves, { from: move.from, to: move.to })).toBeGreaterThanOrEqual(0);
  }

  // What was read last goes on being reported; its age is what says so.
  isAway = true;
  await waitFor('the figures to grow old', async () => (await age()) > 1);
  expect(figure(await metricsText(), orders, { status: 'PRICING' })).toBe(1);
  const old = await age();
  isAway = false;
  await waitFor('the figures to be new', async () => (await age()) < old);
  await role.stop();
});
