import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { lowestIdAt } from '../sources/views/id-time.ts';
import { orderctlOn } from '../testing/orderctl-on.ts';
import { lately, life, Stage } from '../testing/stage.ts';
import { WhyAnswer } from '../why/answer.ts';

jest.setTimeout(120_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = Date.now.bind(Date);

/** The order was submitted half an hour ago; the clock of who asks about it is two hours ahead. */
const orderId = lowestIdAt(now() - 30 * MINUTE).slice(0, 24) + randomUUID().slice(24);
let stage: Stage;
beforeAll(async () => {
  // Of its own: an audit looks at every workflow there is.
  stage = await Stage.set({ namespace: await createNamespace() });
  await stage.fillUnderWay(orderId, lately(life(orderId)));
  await stage.query(
    'shop',
    `INSERT INTO ledger.shop_order_details (order_id, number, status, seq, submitted_at, entered_at, stage_deadline)
     VALUES ($1, 'B-2026-000001', 'PACKED', 6, now() - interval '30 minutes', now() - interval '20 minutes', now() + interval '5 hours')`,
    [orderId],
  );
}, 60_000);
beforeEach(() => {
  jest.spyOn(Date, 'now').mockImplementation(() => now() + 2 * HOUR);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
}, 60_000);

const told = async (line: string) => JSON.parse((await orderctlOn(stage, `${line} --json`)).out);

test('audit --since', async () => {
  expect(await told('audit --since 1h')).toMatchObject({ orders: 1 });
  expect(await told('audit --since 10m')).toMatchObject({ orders: 0 });
});

test('list --older-than, and since when and how late', async () => {
  expect(await told('list --older-than 1h')).toMatchObject({ orders: [] });
  expect(await told('list --older-than 10m')).toMatchObject({ orders: [{ orderId }] });
  const { out } = await orderctlOn(stage, 'list');
  expect(out).toMatch(/PACKED +operators +2\d min +4 h left +3\d min/);
});

test('why: when it was asked, and what is left of the time', async () => {
  const asked = now();
  const { at, sla } = WhyAnswer.parse(await told(`why ${orderId}`));
  expect(Math.abs(Date.parse(at) - asked)).toBeLessThan(HOUR);
  expect(sla?.leftMs).toBeGreaterThan(4 * HOUR);
});
