import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { isDefect } from './audit/finding.ts';
import { WORKING_LIMITS } from './audit/limits.ts';
import { auditSlices } from './audit-slices.ts';
import { lowestIdAt } from './sources/views/id-time.ts';
import { planted } from './testing/defects/defects.ts';
import { patientIn } from './testing/patient-in.ts';
import { lately, life, Stage } from './testing/stage.ts';

jest.setTimeout(120_000);

const HOUR = 60 * 60_000;
/** What is missing is lost however young it is, but the order itself may rest. */
const AT_ONCE = { ...WORKING_LIMITS, hopMs: 0, stages: patientIn('PACKED') };

let stage: Stage;
let orderId: string;
beforeAll(async () => {
  // Of its own: a pass looks at every workflow there is.
  stage = await Stage.set({ namespace: await createNamespace() });
}, 60_000);
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
}, 60_000);
afterEach(() => {
  jest.restoreAllMocks();
});

/** The shop made the order's id while its clock was two hours ahead; its database's was not. */
beforeEach(() => {
  orderId = lowestIdAt(Date.now() + 2 * HOUR).slice(0, 24) + randomUUID().slice(24);
});
const submitted = () =>
  stage.query(
    'shop',
    `INSERT INTO ledger.shop_order_details (order_id, number, status, seq, submitted_at, entered_at)
     VALUES ($1, $2, 'PACKED', 6, clock_timestamp(), clock_timestamp())`,
    [orderId, `B-${orderId}`],
  );

test('an order whose id is of later than it was submitted is found whole: alone, among the latest, in a pass that goes on', async () => {
  await stage.fillUnderWay(orderId, lately(life(orderId)));
  await submitted();
  const since = Date.now() + HOUR;
  for (const options of [{ orderIds: [orderId] }, { since }, { orderIds: [orderId], since }]) {
    const { account, findings = [] } = (await stage.audit({ ...options, limits: AT_ONCE })).get(orderId) ?? {};
    expect(findings.filter(isDefect)).toEqual([]);
    expect(account?.copies).not.toEqual([]);
  }
  const terms = { readAt: Date.now(), limits: AT_ONCE, fromId: lowestIdAt(since), ordersASlice: 10 };
  const told = { rest: async () => {}, getsOn: () => {}, onSlice: () => {}, signal: new AbortController().signal };
  const passed = new Map<string, readonly string[]>();
  for await (const { account, findings } of auditSlices(stage.stack, { ...terms, ...told })) {
    passed.set(
      account.orderId,
      findings.filter(isDefect).map(({ detail }) => detail),
    );
  }
  expect(passed.get(orderId)).toEqual([]);
});

test('of an order without a row every message kept is read: its id alone is not trusted', async () => {
  await stage.fillUnderWay(orderId, lately(life(orderId)));
  const audits = await stage.audit({ orderIds: [orderId], limits: AT_ONCE });
  expect(audits.get(orderId)?.findings.filter(isDefect)).toEqual([]);
});

test('what is young is told by the shop’s database: the clock of who audits may be hours ahead', async () => {
  await stage.fillUnderWay(orderId, planted('the CRM was not told', lately(life(orderId))));
  await submitted();
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + 2 * HOUR);
  const audits = await stage.audit({ orderIds: [orderId], limits: { ...AT_ONCE, hopMs: HOUR } });
  expect(audits.get(orderId)?.findings).toContainEqual(
    expect.objectContaining({ hop: 'crm.inbox', kind: 'on-its-way' }),
  );
});
