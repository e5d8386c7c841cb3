import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Evidence } from '../account/evidence.ts';
import type { App, Hop } from '../account/hops.ts';
import { type AskedRepair, type RepairClient, RepairNotAskedError } from '../repair/asking/repair-client.ts';
import type { Repair } from '../repair/repair.ts';
import { SourceUnavailableError } from '../sources/connection.ts';
import { ViewUnavailableError } from '../sources/views/views.ts';
import { planted } from '../testing/defects/defects.ts';
import {
  allIsWell,
  atHop,
  LIMITS,
  type RunningReconciler,
  startReconciler,
  TIMES,
  until,
} from '../testing/running-reconciler.ts';
import { lately, life, Stage } from '../testing/stage.ts';
import type { ReconcilerOptions } from './reconciler.ts';

jest.setTimeout(180_000);

let stage: Stage;
beforeAll(async () => {
  // Of its own: a pass looks at every workflow there is.
  stage = await Stage.set({ namespace: await createNamespace() });
}, 60_000);
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
}, 60_000);

let running = new AsyncDisposableStack();
afterEach(async () => {
  await running.disposeAsync();
  running = new AsyncDisposableStack();
});
const start = (options: ReconcilerOptions = {}): RunningReconciler =>
  running.use(startReconciler(stage.stack, options));

/** A door that carries out what it is asked for at once, and remembers it. */
function door(carryOut: (repair: Repair) => Promise<void>): RepairClient & { readonly asked: AskedRepair[] } {
  const asked: AskedRepair[] = [];
  return {
    asked,
    async ask(repair) {
      const { kind, orderId } = repair;
      const messageId = 'messageId' in repair ? repair.messageId : null;
      const row = { id: randomUUID(), orderId, kind, messageId, askedBy: 'test', reason: repair.because };
      asked.push({ ...row, state: 'done', outcome: 'as asked' });
      await carryOut(repair);
      return { ...row, state: 'asked', outcome: null };
    },
    of: async (orderId) => asked.filter((repair) => repair.orderId === orderId),
  };
}

test('what goes wrong while it runs shows at its hop, what is safe is repaired, and all is well again', async () => {
  const seen = Promise.withResolvers<void>();
  const repairs = door(async (repair) => {
    await seen.promise;
    if (repair.kind !== 'publish-again') return;
    await stage.query('crm', `INSERT INTO ledger.crm_inbox VALUES (NULL, 'crm.inbox', $1, 'crm.inbox-group', now())`, [
      repair.messageId,
    ]);
  });
  const told: string[] = [];
  const one = start({
    repairs,
    // Found by the rounds alone: after the first pass there is none. And what is filled in is not found half filled in.
    times: { ...TIMES, pass: { ...TIMES.pass, everyMs: 3_600_000 } },
    limits: { ...LIMITS, hopMs: 4_000 },
    onUnaccounted: (orderId, [first]) => told.push(`unaccounted ${orderId} ${first?.hop}`),
    onAccounted: (orderId) => told.push(`accounted ${orderId}`),
    onRepair: ({ orderId, kind, outcome }) => told.push(`${kind} ${orderId} ${outcome}`),
  });
  await until('all to be well', () => allIsWell(one));
  const [healthy, orderId] = [randomUUID(), randomUUID()];
  await stage.fillUnderWay(healthy, lately(life(healthy)));
  await stage.fillUnderWay(orderId, planted('the CRM was not told', lately(life(orderId))));
  await until('the metric to show the hop', () => atHop(one, 'crm.inbox') === 1);
  seen.resolve();
  await until('all to be well again', () => allIsWell(one));
  await until('the outcome to be heard', () => told.length === 4);
  expect(told.sort()).toEqual(
    [
      `unaccounted ${orderId} crm.inbox`,
      `publish-again ${orderId} asked`,
      `publish-again ${orderId} done`,
      `accounted ${orderId}`,
    ].sort(),
  );
});

test.each<[string, number, string, Hop]>([
  ['an offer that has ended', 2, 'offer_expires_at', 'workflow'],
  ['a stage that has lasted too long by the order’s own deadline', 3, 'stage_deadline', 'shop.order'],
])('a round finds what no message tells of but the time: %s', async (_, steps, column, hop) => {
  await using own = await Stage.set({ namespace: await createNamespace() });
  const orderId = randomUUID();
  await own.fillUnderWay(orderId, life(orderId, { steps, lateAfter: null }));
  await own.query(
    'shop',
    `INSERT INTO ledger.shop_order_details (order_id, number, status, seq, submitted_at, entered_at, ${column})
     SELECT order_id, order_id, state, ${steps}, at, at, now() + interval '1 day' FROM ledger.shop_order WHERE order_id = $1`,
    [orderId],
  );
  await using one = startReconciler(own.stack, {
    // What was filled in is no news, and after the first pass there is none.
    times: { ...TIMES, overlapMs: 0, pass: { ...TIMES.pass, everyMs: 3_600_000 } },
    limits: { ...LIMITS, stages: { ...LIMITS.stages, timesTheSla: 1 } },
  });
  await until('all to be well', () => allIsWell(one));
  const ends = (at: string) =>
    own.query('shop', `UPDATE ledger.shop_order_details SET ${column} = ${at} WHERE order_id = $1`, [orderId]);
  await ends(`now() - interval '1 minute'`);
  await until('the metric to show the hop', () => atHop(one, hop) === 1);
  await ends(`now() + interval '1 day'`);
  await until('all to be well', () => allIsWell(one));
});

test.each<[string, App, Hop, string, string]>([
  [
    'a projection that took a move twice',
    'crm',
    'crm.projection',
    `INSERT INTO ledger.crm_projection SELECT * FROM ledger.crm_projection WHERE order_id = $1 AND state LIKE '3 %'`,
    `DELETE FROM ledger.crm_projection AS a USING ledger.crm_projection AS b
     WHERE a.order_id = $1 AND b.order_id = $1 AND a.state = b.state AND a.ctid > b.ctid`,
  ],
  [
    'a status changed by hand',
    'shop',
    'shop.history',
    `UPDATE ledger.shop_order SET state = 'SHIPPED' WHERE order_id = $1`,
    `UPDATE ledger.shop_order SET state = 'PACKED' WHERE order_id = $1`,
  ],
])(
  'what no message tells of a pass finds, and it stays until a person has mended it: %s',
  async (_, app, hop, break_, mend) => {
    const orderId = randomUUID();
    await stage.fillUnderWay(orderId, life(orderId));
    const repairs = door(async () => {});
    const one = start({ repairs });
    await until('all to be well', () => allIsWell(one));
    await stage.query(app, break_, [orderId]);
    await until('the metric to show the hop', () => atHop(one, hop) === 1);
    await stage.query(app, mend, [orderId]);
    await until('all to be well', () => allIsWell(one));
    expect(repairs.asked).toEqual([]);
  },
);

test.each([
  ['Kafka, from which it reads the event', new SourceUnavailableError('kafka', 'Kafka', new Error('gone')), 'kafka'],
  ['a view', new ViewUnavailableError('ledger.mes_parked', new Error('gone')), 'mes'],
  ['the door', new RepairNotAskedError('gone', { code: 'door_unavailable', retryable: true }), 'door'],
] as const)('what a repair cannot be asked for without is told: %s', async (_, error, source) => {
  const orderId = randomUUID();
  await stage.fillUnderWay(orderId, life(orderId));
  const one = start({ repairs: door(() => Promise.reject(error)) });
  await until('all to be well', () => allIsWell(one));
  const move = `FROM ledger.crm_projection WHERE order_id = '${orderId}' AND state LIKE '3 %'`;
  await stage.query('crm', `CREATE TABLE swallowed AS SELECT * ${move}`);
  await stage.query('crm', `DELETE ${move}`);
  await until('it to be told', () => one.reconciler.figures().troubles.size > 0);
  expect([...one.reconciler.figures().troubles]).toEqual([[source, error.message]]);
  // The orders are known all the same.
  expect(atHop(one, 'crm.projection')).toBe(1);
  await stage.query('crm', 'INSERT INTO ledger.crm_projection SELECT * FROM swallowed; DROP TABLE swallowed');
  await until('all to be well', () => allIsWell(one));
});

test('what the door was too busy to be asked is asked later, and what it had answered by then is not', async () => {
  const orderId = randomUUID();
  const told: string[] = [];
  let busy = 3;
  const answering = door(async () => {});
  const repairs: RepairClient = {
    ...answering,
    async ask(repair) {
      if (answering.asked.length > 0 && busy > 0) {
        busy -= 1;
        throw new RepairNotAskedError('too many at once', { code: 'http_429', retryable: true });
      }
      return answering.ask(repair);
    },
  };
  const whole = life(orderId);
  const isTaken = (item: Evidence): boolean => item.source === 'view' && item.hop === 'crm.inbox';
  const lost = whole.filter(isTaken).slice(0, 2);
  await stage.fillUnderWay(
    orderId,
    whole.filter((item) => !lost.includes(item)),
  );
  const one = start({ repairs, onRepair: ({ kind, outcome }) => told.push(`${kind} ${outcome}`) });
  await until('both to be asked for', () => answering.asked.length === 2);
  await until('both to be heard of', () => told.length === 4);
  await stage.fill(lost);
  await until('all to be well', () => allIsWell(one));
  expect(busy).toBe(0);
  expect(new Set(answering.asked.map(({ messageId }) => messageId)).size).toBe(2);
  expect(told.sort()).toEqual(['asked', 'asked', 'done', 'done'].map((outcome) => `publish-again ${outcome}`));
});

test('two at once: one leads and repairs, the other one stands by, and leads when the first loses its session', async () => {
  const seen = Promise.withResolvers<void>();
  const repairs = door(async ({ kind, orderId }) => {
    await seen.promise;
    if (kind === 'run-workflow') await stage.startWorkflow(orderId);
  });
  const orderId = randomUUID();
  await stage.fillUnderWay(orderId, life(orderId));
  const both = [start({ repairs }), start({ repairs })];
  const leaders = (): RunningReconciler[] => both.filter(({ reconciler }) => reconciler.figures().leads);
  await until('one to lead', () => leaders().length === 1 && leaders().every(allIsWell));
  const [first] = leaders() as [RunningReconciler];
  const second = both.find((one) => one !== first) as RunningReconciler;
  // Who stands by is healthy and says nothing of the orders.
  await expect(second.reconciler.health()).resolves.toEqual({ leads: false, unaccounted: 0 });
  expect(second.reconciler.figures().unaccounted.size).toBe(0);

  await stage.terminate(orderId);
  await until('the metric to show the hop', () => atHop(first, 'workflow') === 1);
  seen.resolve();
  await until('all to be well', () => allIsWell(first));
  expect(repairs.asked.map(({ kind }) => kind)).toEqual(['run-workflow']);

  await stage.query(
    'shop',
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  await until('either to lead again', () => leaders().length === 1 && leaders().every(allIsWell));
  await (leaders()[0] as RunningReconciler)[Symbol.asyncDispose]();
  await until('the other one to lead', () => leaders().length === 1 && leaders().every(allIsWell));
});
