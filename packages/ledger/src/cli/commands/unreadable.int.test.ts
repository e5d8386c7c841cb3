import { randomUUID } from 'node:crypto';
import { createNamespace, waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { connectReadOnly } from '../../sources/connection.ts';
import { lockedOut } from '../../testing/locked-out.ts';
import { orderctlOn, type RunAround } from '../../testing/orderctl-on.ts';
import { fill } from '../../testing/plantings.ts';
import { Stage } from '../../testing/stage.ts';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set({ namespace: await createNamespace() });
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

const orderctl = (line: string, { on = stage, ...around }: RunAround & { readonly on?: Stage } = {}) =>
  orderctlOn(on, line, around);

describe('what cannot be read is never called well', () => {
  const nowhere = '127.0.0.1:1';
  test.each([
    ['Postgres of crm', { CRM_AUDIT_URL: `postgres://auditor:sesame@${nowhere}/crm` }],
    ['Temporal', { TEMPORAL_ADDRESS: nowhere }],
    ['Kafka', { KAFKA_BROKERS: nowhere }],
  ])('%s: exit code 3, the source is named, no password is', async (source, env) => {
    const { code, out, err } = await orderctl('audit', { env });
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain(source);
    expect(err).toContain('no "all is well"');
    expect(err).not.toContain('sesame');
  });

  test('an order that no source knows: 4', async () => {
    expect(await orderctl(`audit --order ${randomUUID()}`)).toMatchObject({ code: 4 });
    expect(await orderctl('audit --order B-2026-999999')).toMatchObject({ code: 4 });
    const orderId = randomUUID();
    expect(await orderctl(`why ${orderId} --json`)).toEqual({
      ...{ code: 4, err: '' },
      out: `${JSON.stringify({ ok: false, unknown: orderId })}\n`,
    });
  });

  test('an order and a time, which it may be older than: 2, and not that nobody knows it', async () => {
    const { code, err } = await orderctl(`audit --order ${randomUUID()} --since 1h`);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('give one of them') });
  });

  test('told to end: 130, and no verdict', async () => {
    const ended = AbortSignal.abort(new Error('ended'));
    expect(await orderctl('audit', { signal: ended })).toEqual({
      code: 130,
      out: '',
      err: 'orderctl: ended before it was done (interrupted)\n',
    });
  });

  const ORDER = '019b8d9c-1111-7000-8000-000000000001';
  test.each([
    ['list', 'shop', 'shop_order_details'],
    ['audit --order B-2026-999999', 'shop', 'shop_order_details'],
    ['why B-2026-999999', 'shop', 'shop_order_details'],
    [`why ${ORDER}`, 'shop', 'shop_order_details'],
    [`why ${ORDER}`, 'mes', 'mes_parked'],
    ['repair B-2026-999999', 'shop', 'shop_order_details'],
    [`repair ${ORDER}`, 'mes', 'mes_parked'],
  ] as const)(
    'told to end while a database does not answer: 130 (%s, which waits for %s: %s)',
    async (line, app, view) => {
      const ending = new AbortController();
      await using frozen = await lockedOut(stage.databases[app].url, `ledger.${view}`);
      const ended = orderctl(line, { signal: ending.signal });
      await waitFor('it to wait', () => frozen.keepsWaiting());
      ending.abort(new Error('ended'));
      expect(await ended).toMatchObject({ code: 130, out: '' });
    },
  );

  test('it cannot write, whatever the login may do', async () => {
    await using superuser = await connectReadOnly(stage.stack.postgres.shop, 'shop');
    await expect(superuser.client.query('DELETE FROM ledger.shop_order')).rejects.toMatchObject({ code: '25006' });
  });

  test('a login that may read the views and nothing else is enough', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    const login = `auditor_${randomUUID().slice(0, 8)}`;
    const urls = { ...own.stack.postgres };
    await own.query('shop', `CREATE ROLE ${login} LOGIN PASSWORD 'x'`);
    for (const app of ['shop', 'mes', 'crm'] as const) {
      await own.query(
        app,
        `GRANT USAGE ON SCHEMA ledger TO ${login}; GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO ${login}`,
      );
      const url = new URL(urls[app]);
      [url.username, url.password] = [login, 'x'];
      urls[app] = url.href;
    }
    try {
      await fill(own, randomUUID());
      const env = { SHOP_AUDIT_URL: urls.shop, MES_AUDIT_URL: urls.mes, CRM_AUDIT_URL: urls.crm };
      expect(await orderctl('audit', { on: own, env })).toMatchObject({ code: 0, err: '' });
      const client = new pg.Client({ connectionString: urls.shop });
      await client.connect();
      await expect(client.query('DELETE FROM ledger.shop_order')).rejects.toMatchObject({ code: '42501' });
      await client.end();
    } finally {
      for (const app of ['shop', 'mes', 'crm'] as const) await own.query(app, `DROP OWNED BY ${login}`);
      await own.query('shop', `DROP ROLE ${login}`);
    }
  });
});
