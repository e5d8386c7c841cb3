import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Admin } from '@platformatic/kafka';
import type { Evidence } from '../../account/evidence.ts';
import type { Finding } from '../../audit/finding.ts';
import { LIFE_BEGINS } from '../../testing/order-life.ts';
import { orderctlOn, type RunAround } from '../../testing/orderctl-on.ts';
import { fill, idOf, PLANTED, packed, without } from '../../testing/plantings.ts';
import { life, Stage } from '../../testing/stage.ts';

jest.setTimeout(120_000);

const MINUTE = 60_000;
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set({ namespace: await createNamespace() });
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

const orderctl = (line: string, { on = stage, ...around }: RunAround & { readonly on?: Stage } = {}) =>
  orderctlOn(on, line, around);

describe('orderctl audit', () => {
  const healthy = [randomUUID(), randomUUID()];
  const broken = PLANTED.map((planted) => ({ ...planted, orderId: randomUUID() }));

  test('finds each thing that was planted, at its hop, and exits 1', async () => {
    for (const orderId of healthy) await fill(stage, orderId);
    for (const { orderId, ...planted } of broken) await fill(stage, orderId, planted);
    const { code, out } = await orderctl('audit --json');
    const found = JSON.parse(out);
    expect(code).toBe(1);
    const hops = new Map(
      found.unaccounted.shown.map((each: { orderId: string; findings: { hop: string }[] }) => [
        each.orderId,
        each.findings[0]?.hop,
      ]),
    );
    expect(broken.map(({ name, orderId }) => ({ name, hop: hops.get(orderId) }))).toEqual(
      broken.map(({ name, hop }) => ({ name, hop })),
    );
    expect(found).toMatchObject({ ok: false, orders: 2 + broken.length, accounted: 2 });
    expect(found.unaccounted.byHop).toMatchObject({ workflow: 1, 'shop.order': 1 });

    const text = await orderctl('audit --limit 3');
    expect(text).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${found.orders} orders: ${broken.length} UNACCOUNTED`),
    });
    expect(text.out).toContain(`… and ${broken.length - 3} more unaccounted orders`);
  });

  test('one order: its whole account, as a table and as JSON; 0 when all of it is accounted for', async () => {
    const [orderId] = healthy as [string];
    const json = await orderctl(`audit --order ${orderId} --json`);
    expect(json.code).toBe(0);
    const { ok, account } = JSON.parse(json.out);
    expect(ok).toBe(true);
    expect(account.entries).toContainEqual(
      expect.objectContaining({ hop: 'shop.history', what: 'move 6 to PACKED', at: expect.stringMatching(/Z$/) }),
    );
    expect(new Set(account.entries.map(({ hop }: { hop: string }) => hop)).size).toBe(16);
    const text = await orderctl(`audit --order ${orderId.toUpperCase()}`);
    expect(text.out).toMatch(/^workflow .* started; now RUNNING$/m);
    expect(text.out).toMatch(/1 order: all accounted for\n$/);
    const gone = broken.find(({ hop }) => hop === 'shop.order');
    expect(await orderctl(`audit --order ${gone?.orderId}`)).toMatchObject({
      code: 1,
      out: expect.stringContaining('lost at shop.order'),
    });
  });

  test('one order: what its workflow was told, by message and time, as far as Temporal has it and it can be read', async () => {
    const orderId = randomUUID();
    const evidence = packed(orderId);
    await stage.fill(evidence);
    await stage.startWorkflow(orderId);
    const facts = [idOf(evidence, 'shop.outbox', /price-accepted/), idOf(evidence, 'mes.outbox', /work-order-packed/)];
    const began = Date.now();
    for (const messageId of facts) await stage.signal(orderId, messageId ?? '');
    await stage.continueAsNew(orderId);

    const { code, out } = await orderctl(`audit --order ${orderId} --json`);
    const { entries, findings } = JSON.parse(out).account;
    const told = entries.filter(
      ({ hop, what }: { hop: string; what: string }) => hop === 'workflow' && /^told/.test(what),
    );
    expect({ code, findings: findings.filter(({ kind }: Finding) => kind !== 'on-its-way') }).toEqual({
      code: 0,
      findings: [],
    });
    expect(told).toEqual(
      facts.map((messageId) => ({
        ...{ hop: 'workflow', messageId, what: expect.stringMatching(/^told delivered, event \d+$/) },
        at: expect.stringMatching(/Z$/),
      })),
    );
    for (const { at } of told) expect(Math.abs(Date.parse(at) - began)).toBeLessThan(MINUTE);
    for (const messageId of facts) {
      const text = await orderctl(`audit --order ${orderId}`);
      expect(text.out).toMatch(new RegExp(`^workflow .* told delivered, event \\d+ +${messageId}$`, 'm'));
    }

    const other = `other:${Buffer.alloc(32).toString('base64')}`;
    const locked = await orderctl(`audit --order ${orderId}`, { env: { TEMPORAL_PAYLOAD_KEYS: other } });
    expect(locked).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^workflow .* what it was told cannot be read: .*"audited"/m),
    });
  });

  test('one order, so old that Temporal has forgotten its workflow: nothing is shown of that, and nothing is wrong', async () => {
    const orderId = randomUUID();
    const began = Date.now() - 5 * 24 * 60 * MINUTE;
    await stage.fill(
      life(orderId, { steps: 8, repeatsFrom: [], claimed: false }).map(
        (item) => ({ ...item, at: 'at' in item ? item.at - LIFE_BEGINS + began : 0 }) as Evidence,
      ),
    );
    const { code, out } = await orderctl(`audit --order ${orderId} --json`);
    const { entries, findings } = JSON.parse(out).account;
    expect({ code, findings }).toEqual({ code: 0, findings: [] });
    expect(entries.length).toBeGreaterThan(20);
    expect(entries.filter(({ hop }: { hop: string }) => hop === 'workflow')).toEqual([]);
  });

  test('what is young is on its way, and is not once the system rests', async () => {
    const orderId = randomUUID();
    const began = Date.now() - 20_000; // its moves are told to be a second apart, its last ones just now
    await fill(
      stage,
      orderId,
      { before: (evidence) => without(evidence, (item) => item.source === 'view' && item.hop === 'crm.inbox') },
      began,
    );
    const young = await orderctl(`audit --order ${orderId} --json`);
    expect(young).toMatchObject({ code: 0 });
    expect(JSON.parse(young.out).onTheirWay).toMatchObject({ orders: 1 });
    expect(await orderctl(`audit --order ${orderId} --at-rest`)).toMatchObject({ code: 1 });
  });

  test('finds a workflow that was terminated by hand, once it has been given its minute', async () => {
    const orderId = randomUUID();
    await fill(stage, orderId);
    expect(await orderctl(`audit --order ${orderId}`)).toMatchObject({ code: 0 });
    await stage.terminate(orderId);
    const young = await orderctl(`audit --order ${orderId} --json`);
    expect(young.code).toBe(0);
    expect(JSON.parse(young.out)).toMatchObject({ onTheirWay: { orders: 1, byHop: { workflow: 1 } } });
    const { code, out } = await orderctl(`audit --order ${orderId} --at-rest --json`);
    expect({ code, byHop: JSON.parse(out).unaccounted.byHop }).toEqual({ code: 1, byHop: { workflow: 1 } });
    expect(out).toContain('its workflow is TERMINATED');
  });

  test('finds a message that was deleted from its topic', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    const orderId = randomUUID();
    await fill(own, orderId);
    expect(await orderctl('audit', { on: own })).toMatchObject({ code: 0 });
    const admin = new Admin({ clientId: 'ledger-test', bootstrapBrokers: [...own.stack.kafka] });
    const name = own.stack.topics?.['shop.topic'] ?? '';
    const partitions = Array.from({ length: 12 }, (_, partition) => ({ partition, offset: 1n }));
    try {
      for (const { partition, offset } of partitions) {
        // Of an empty partition there is nothing to delete.
        await admin.deleteRecords({ topics: [{ name, partitions: [{ partition, offset }] }] }).catch(() => {});
      }
    } finally {
      await admin.close();
    }
    const { code, out } = await orderctl('audit', { on: own });
    expect(code).toBe(1);
    expect(out).toMatch(/lost at shop\.topic.*order-submitted.*is not on the topic/);
  });

  test('tells every unaccounted order, however many there are, and fewer when asked to', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    // Rows of orders, and nothing else of them.
    await own.query(
      'shop',
      `INSERT INTO ledger.shop_order
       SELECT gen_random_uuid(), 'shop.order', NULL, 'PACKED', now() - interval '1 hour' FROM generate_series(1, 150)`,
    );
    const json = await orderctl('audit --json', { on: own });
    const { orders, unaccounted } = JSON.parse(json.out);
    expect({ code: json.code, orders, unaccounted: unaccounted.orders }).toEqual({
      code: 1,
      orders: 150,
      unaccounted: 150,
    });
    expect(new Set(unaccounted.shown.map(({ orderId }: { orderId: string }) => orderId)).size).toBe(150);
    const text = await orderctl('audit', { on: own });
    expect(text.code).toBe(1);
    for (const { orderId, findings } of unaccounted.shown) {
      expect(text.out).toContain(`${orderId}  ${findings[0].kind} at ${findings[0].hop}`);
    }
    expect(text.out).toMatch(/\n150 orders: 150 UNACCOUNTED \([^\n]+\)\n$/);
    const few = await orderctl('audit --json --limit 7', { on: own });
    expect(JSON.parse(few.out).unaccounted).toMatchObject({ orders: 150, shown: { length: 7 } });
  });
});
