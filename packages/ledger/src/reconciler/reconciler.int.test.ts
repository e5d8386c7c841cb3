import { randomUUID } from 'node:crypto';
import { createNamespace, waitFor } from '@bezel/local/testing';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Evidence } from '../account/evidence.ts';
import type { App, Hop } from '../account/hops.ts';
import { WORKING_LIMITS } from '../audit/limits.ts';
import type { Repair } from '../repair/repair.ts';
import type { AskedRepair, RepairClient } from '../repair/repair-client.ts';
import { DEFECTS } from '../testing/defects.ts';
import { life, Stage } from '../testing/stage.ts';
import { Reconciler, type ReconcilerOptions } from './reconciler.ts';
import { RECONCILER_TIMES, type ReconcilerTimes } from './reconciler-times.ts';

jest.setTimeout(180_000);

/** A busy machine takes its time for a pass. */
const until = (what: string, condition: () => boolean): Promise<true> =>
  waitFor(what, condition, { deadlineMs: 60_000 });

/** As in earnest, only sooner. */
const TIMES: ReconcilerTimes = {
  lease: { tryEveryMs: 50, beatEveryMs: 100, answerWithinMs: 2_000, silentForMs: 5_000 },
  round: { everyMs: 100, share: 1 },
  again: { everyMs: 100, share: 1, suspectedMs: 200, countedMs: 200, most: 200 },
  pass: { everyMs: 500, share: 1, ordersASlice: 2 },
  touches: { ...RECONCILER_TIMES.touches, slackMs: 100 },
  overlapMs: RECONCILER_TIMES.overlapMs,
  failed: { firstMs: 50, mostMs: 100 },
};
const LIMITS = { ...WORKING_LIMITS, hopMs: 300, stageMs: { PACKED: Number.MAX_VALUE } };

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

interface Running {
  readonly reconciler: Reconciler;
  readonly end: () => Promise<void>;
}
function start(options: ReconcilerOptions = {}): Running {
  const ending = new AbortController();
  const reconciler = new Reconciler(stage.stack, { limits: LIMITS, times: TIMES, ...options });
  const run = reconciler.run(ending.signal);
  const end = async (): Promise<void> => {
    ending.abort(new Error('the test ends it'));
    await run;
  };
  running.defer(end);
  return { reconciler, end };
}

/** What happened to an order until just now. */
function lately(evidence: readonly Evidence[]): Evidence[] {
  const last = Math.max(...evidence.map((item) => ('at' in item ? item.at : 0)));
  const later = Date.now() - last;
  return evidence.map((item) => ('at' in item ? { ...item, at: item.at + later } : item));
}
const planted = (name: string, evidence: readonly Evidence[]): Evidence[] => {
  const broken = DEFECTS.find((known) => known.name === name)?.plant(evidence, () => 0);
  if (!broken) throw new Error(`cannot plant "${name}"`);
  return broken;
};
async function fill(orderId: string, evidence: readonly Evidence[]): Promise<void> {
  await stage.startWorkflow(orderId);
  await stage.fill(evidence);
}
const of = ({ reconciler }: Running, hop: Hop): number | undefined => reconciler.figures().unaccounted.get(hop);
const allIsWell = ({ reconciler }: Running): boolean => {
  const { unaccounted, inQuestion } = reconciler.figures();
  return unaccounted.size > 10 && inQuestion === 0 && [...unaccounted.values()].every((count) => count === 0);
};

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
  await fill(healthy, lately(life(healthy)));
  await fill(orderId, planted('the CRM was not told', lately(life(orderId))));
  await until('the metric to show the hop', () => of(one, 'crm.inbox') === 1);
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
    await fill(orderId, life(orderId));
    const repairs = door(async () => {});
    const one = start({ repairs });
    await until('all to be well', () => allIsWell(one));
    await stage.query(app, break_, [orderId]);
    await until('the metric to show the hop', () => of(one, hop) === 1);
    await stage.query(app, mend, [orderId]);
    await until('all to be well', () => allIsWell(one));
    expect(repairs.asked).toEqual([]);
  },
);

test('two at once: one leads and repairs, the other one stands by, and leads when the first loses its session', async () => {
  const seen = Promise.withResolvers<void>();
  const repairs = door(async ({ kind, orderId }) => {
    await seen.promise;
    if (kind === 'run-workflow') await stage.startWorkflow(orderId);
  });
  const orderId = randomUUID();
  await fill(orderId, life(orderId));
  const both = [start({ repairs }), start({ repairs })];
  const leaders = (): Running[] => both.filter(({ reconciler }) => reconciler.figures().leads);
  await until('one to lead', () => leaders().length === 1 && leaders().every(allIsWell));
  const [first] = leaders() as [Running];
  const second = both.find((one) => one !== first) as Running;
  // Who stands by is healthy and says nothing of the orders.
  await expect(second.reconciler.health()).resolves.toEqual({ leads: false, unaccounted: 0 });
  expect(second.reconciler.figures().unaccounted.size).toBe(0);

  await stage.terminate(orderId);
  await until('the metric to show the hop', () => of(first, 'workflow') === 1);
  seen.resolve();
  await until('all to be well', () => allIsWell(first));
  expect(repairs.asked.map(({ kind }) => kind)).toEqual(['run-workflow']);

  await stage.query(
    'shop',
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  await until('either to lead again', () => leaders().length === 1 && leaders().every(allIsWell));
  await (leaders()[0] as Running).end();
  await until('the other one to lead', () => leaders().length === 1 && leaders().every(allIsWell));
});

test('a source that is away is told, nothing is called well meanwhile, and all is well when it is back', async () => {
  const one = start();
  await until('all to be well', () => allIsWell(one));
  await stage.query('crm', 'ALTER TABLE ledger.crm_inbox RENAME TO gone');
  try {
    await until('the source to be told', () => one.reconciler.figures().troubles.has('crm'));
    expect(one.reconciler.figures().unaccounted.size).toBe(0);
    await expect(one.reconciler.health()).rejects.toThrow('ledger.crm_inbox');
  } finally {
    await stage.query('crm', 'ALTER TABLE ledger.gone RENAME TO crm_inbox');
  }
  await until('all to be well', () => allIsWell(one));
  await expect(one.reconciler.health()).resolves.toEqual({ leads: true, unaccounted: 0 });
});
