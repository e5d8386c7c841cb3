import { randomUUID } from 'node:crypto';
import { createNamespace, type Link, linkTo, type NetworkPath, networkPath, waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { AuditedStack } from '../audit-stack.ts';
import { planted } from '../testing/defects/defects.ts';
import { lockedOut } from '../testing/locked-out.ts';
import { allIsWell, atHop, LIMITS, startReconciler, TIMES, until } from '../testing/running-reconciler.ts';
import { life, Stage } from '../testing/stage.ts';

jest.setTimeout(240_000);

let stage: Stage;
let ways: { readonly postgres: Link; readonly crm: Link; readonly temporal: Link; readonly kafka: NetworkPath };
/** The stage as one reaches it by ways that can be cut. */
let away: AuditedStack;
beforeAll(async () => {
  stage = await Stage.set({ namespace: await createNamespace() });
  const { postgres, temporal } = stage.stack;
  const { host } = new URL(postgres.shop);
  const [broker = ''] = stage.stack.kafka;
  ways = {
    postgres: await linkTo(host),
    crm: await linkTo(host),
    temporal: await linkTo(temporal.address),
    kafka: networkPath(Number(broker.slice(broker.lastIndexOf(':') + 1))),
  };
  const through = (url: string, way: Link): string => {
    const address = new URL(url);
    address.host = way.address;
    return address.href;
  };
  away = {
    ...stage.stack,
    postgres: {
      shop: through(postgres.shop, ways.postgres),
      mes: through(postgres.mes, ways.postgres),
      crm: through(postgres.crm, ways.crm),
    },
    temporal: { ...temporal, address: ways.temporal.address },
  };
  for (const orderId of ['0', '1', '2', 'e', 'f'].map((digit) => digit + randomUUID().slice(1))) {
    await stage.fillUnderWay(orderId, life(orderId));
  }
}, 60_000);
afterAll(async () => {
  ways?.kafka[Symbol.dispose]();
  for (const way of [ways?.postgres, ways?.crm, ways?.temporal]) await way?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
}, 60_000);

test('a view that is not there is told, nothing is called well meanwhile, and all is well when it is back', async () => {
  await using one = startReconciler(away);
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

test.each([
  ['temporal', 'cut'],
  ['temporal', 'silence'],
  ['kafka', 'cut'],
  ['kafka', 'silence'],
] as const)(
  '%s away (%s): told, nothing is called well meanwhile, and all is well when it is back',
  async (source, how) => {
    await using one = startReconciler(away);
    await until('all to be well', () => allIsWell(one));
    ways[source][how]();
    await until('it to be told', () => one.reconciler.figures().troubles.has(source));
    expect(one.reconciler.figures().unaccounted.size).toBe(0);
    await expect(one.reconciler.health()).rejects.toThrow();
    ways[source].mend();
    await until('all to be well', () => allIsWell(one));
  },
);

test('the databases away: it does not lead meanwhile, and all is well when they are back', async () => {
  await using one = startReconciler(away);
  await until('all to be well', () => allIsWell(one));
  ways.postgres.cut();
  await until('it to know', () => one.reconciler.figures().troubles.has('shop'));
  await expect(one.reconciler.health()).rejects.toThrow();
  expect(one.reconciler.figures().leads).toBe(false);
  expect(one.reconciler.figures().unaccounted.size).toBe(0);
  ways.postgres.mend();
  await until('all to be well', () => allIsWell(one));
});

test('connections that never answer again do not hold it up: it loses its lease, and leads anew over others', async () => {
  const led: boolean[] = [];
  await using one = startReconciler(away, { onLead: (leads) => led.push(leads) });
  await until('all to be well', () => allIsWell(one));
  ways.postgres.strand();
  await until('it to lead anew', () => led.length >= 3);
  expect(led.slice(0, 3)).toEqual([true, false, true]);
  await until('all to be well', () => allIsWell(one));
});

test('what waits for an answer that never comes is broken off, and done again', async () => {
  await using one = startReconciler(away, { times: { ...TIMES, stuckMs: 2_000 } });
  await until('all to be well', () => allIsWell(one));
  await using holder = await lockedOut(stage.databases.crm.url, 'ledger.crm_projection');
  await waitFor('a pass to wait', () => holder.keepsWaiting());
  ways.crm.strand();
  await holder.letIn();
  await until('it to be told', () => one.reconciler.figures().troubles.has('crm'));
  const twice = `FROM ledger.crm_projection WHERE state LIKE '3 %' AND order_id::text LIKE '0%'`;
  await stage.query('crm', `INSERT INTO ledger.crm_projection SELECT * ${twice}`);
  await until('a pass to find something', () => atHop(one, 'crm.projection') === 1);
  await stage.query('crm', `DELETE FROM ledger.crm_projection WHERE ctid IN (SELECT max(ctid) ${twice})`);
  await until('all to be well', () => allIsWell(one));
});

test('an order that cannot be read is told, and keeps no other from being accounted for', async () => {
  const [first, last] = [`0${randomUUID().slice(1)}`, `f${randomUUID().slice(1)}`];
  const whole = life(last);
  const left = planted('the CRM was not told', whole);
  await stage.fillUnderWay(first, life(first));
  await stage.fillUnderWay(last, left);
  await stage.query('crm', `INSERT INTO ledger.crm_projection VALUES ($1, 'crm.projection', NULL, 'nonsense', now())`, [
    first,
  ]);
  await using one = startReconciler(away);
  await until('the one behind it to count', () => atHop(one, 'crm.inbox') === 1);
  await until('the one to count', () => atHop(one, 'crm.projection') === 1);
  expect(one.reconciler.figures().troubles.size).toBe(0);
  await stage.query('crm', `DELETE FROM ledger.crm_projection WHERE state = 'nonsense'`);
  await stage.fill(whole.filter((item) => !left.includes(item)));
  await until('all to be well', () => allIsWell(one));
});

test('a pass that fails half way keeps what it has found, and goes on where it was', async () => {
  const [first, last] = [`0${randomUUID().slice(1)}`, `f${randomUUID().slice(1)}`];
  await stage.fillUnderWay(first, planted('the CRM was not told', life(first)));
  await stage.fillUnderWay(last, life(last));
  // Fails where the last order is read.
  await stage.query('crm', 'ALTER TABLE ledger.crm_projection RENAME TO shown');
  await stage.query(
    'crm',
    `CREATE VIEW ledger.crm_projection AS SELECT order_id, hop, message_id, at,
       CASE WHEN order_id = '${last}' THEN (1 / (length(state) - length(state)))::text ELSE state END AS state FROM ledger.shown`,
  );
  // One pass and no other, and rounds that wait for hours: what it lets go nobody finds.
  const times = {
    ...TIMES,
    pass: { ...TIMES.pass, everyMs: 3_600_000 },
    touches: { ...TIMES.touches, slackMs: 3_600_000, atLatestMs: 3_600_000 },
  };
  // Nothing is too young to be missed: the messages were sent a moment ago.
  await using one = startReconciler(away, { times, limits: { ...LIMITS, hopMs: 0 } });
  await until('it to fail', () => one.reconciler.figures().troubles.has('crm'));
  await stage.query('crm', 'DROP VIEW ledger.crm_projection; ALTER TABLE ledger.shown RENAME TO crm_projection');
  await until('what it found before to count', () => atHop(one, 'crm.inbox') === 1);
});
