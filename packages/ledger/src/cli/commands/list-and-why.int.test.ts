import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { orderctlOn, type RunAround } from '../../testing/orderctl-on.ts';
import { fill } from '../../testing/plantings.ts';
import { Stage } from '../../testing/stage.ts';
import { WhyAnswer } from '../../why/answer.ts';

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

describe('orderctl list and why', () => {
  const [late, parked, priced] = [randomUUID(), randomUUID(), randomUUID()];

  beforeAll(async () => {
    const now = Date.now();
    const rows = [
      {
        id: late,
        number: 'B-2026-000001',
        status: 'PACKED',
        tenant: 'goldsmith',
        late: true,
        deadline: now - 3 * 60 * MINUTE,
      },
      {
        id: parked,
        number: 'B-2026-000002',
        status: 'PACKED',
        tenant: 'public',
        late: false,
        deadline: now + 5 * 60 * MINUTE,
      },
      { id: priced, number: 'B-2026-000003', status: 'PRICED', tenant: 'public', late: false, deadline: null },
    ];
    for (const { id, number, status, tenant, late, deadline } of rows) {
      await stage.query(
        'shop',
        `INSERT INTO ledger.shop_order_details (order_id, number, status, seq, tenant, late, submitted_at, entered_at, stage_deadline)
         VALUES ($1, $2, $3, 6, $4, $5, now() - interval '30 minutes', now() - interval '20 minutes', to_timestamp($6 / 1000.0))`,
        [id, number, status, tenant, late, deadline],
      );
    }
    for (const orderId of [late, parked]) await fill(stage, orderId);
    await stage.query(
      'mes',
      `INSERT INTO ledger.mes_parked VALUES ($1, 'mes.inbox', 'shop.orders', 'mes.board', 'no such column', '42703', 5, 2, now(), false)`,
      [parked],
    );
  });

  const numbers = async (line: string): Promise<string[]> =>
    JSON.parse((await orderctl(`${line} --json`)).out).orders.map(({ number }: { number: string }) => number);

  test('lists by status, lateness and partner', async () => {
    expect((await numbers('list')).sort()).toEqual(['B-2026-000001', 'B-2026-000002', 'B-2026-000003']);
    expect(await numbers('list --late')).toEqual(['B-2026-000001']);
    expect(await numbers('list --status PRICED')).toEqual(['B-2026-000003']);
    expect(await numbers('list --partner goldsmith --status PACKED')).toEqual(['B-2026-000001']);
    const { out } = await orderctl('list --status PACKED --limit 1');
    expect(out).toMatch(/1 order, and there are more \(--limit\)/);
    expect(await orderctl('list --status LOST')).toMatchObject({
      code: 2,
      err: expect.stringContaining('must be one of SUBMITTED'),
    });
  });

  test('why: what it waits for, whose turn it is, how late it is', async () => {
    const { code, out } = await orderctl('why B-2026-000001 --json');
    const answer = WhyAnswer.parse(JSON.parse(out));
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      number: 'B-2026-000001',
      status: 'PACKED',
      accounted: true,
      causes: [],
      unread: [],
    });
    expect(answer.turn).toMatchObject({ owner: 'operators' });
    expect(answer.sla).toMatchObject({ late: true });
    expect(answer.workflow).toMatchObject({ status: 'RUNNING' });
    expect(answer.summary).toContain('it is late by 3 hours');
  });

  test('why: what a consumer has parked, with its error and what repairs it', async () => {
    const { out } = await orderctl(`why ${parked}`);
    expect(out).toContain('last error: no such column (42703)');
    expect(out).toMatch(
      /repair: .* mend what the error names first\. “npm run orderctl -- repair B-2026-000002” asks for it\./,
    );
  });

  test('why: every repair that was asked for, by whom, when, what it does, and how it ended', async () => {
    const [refused, waiting, message] = [randomUUID(), randomUUID(), randomUUID()].sort() as [string, string, string];
    await stage.query(
      'shop',
      `INSERT INTO ledger.shop_repair_details
       (order_id, repair_id, kind, message_id, asked_by, reason, state, outcome, asked_at, ended_at)
       VALUES ($1, $2, 'publish-again', $3, 'reconciler', 'reconciler: not taken', 'refused', 'the outbox has it no more',
               '2026-01-31T12:00:00Z', '2026-01-31T12:00:05Z'),
              ($1, $4, 'run-workflow', NULL, 'ada', 'orderctl: none', 'asked', NULL, '2026-01-31T13:00:00Z', NULL),
              ($5, $5, 'run-workflow', NULL, 'ada', 'of another order', 'done', 'done', now(), now())`,
      [late, refused, message, waiting, parked],
    );
    const json = await orderctl(`why ${late} --json`);
    const { repairs } = WhyAnswer.parse(JSON.parse(json.out));
    expect(repairs).toMatchObject([
      {
        ...{ id: refused, kind: 'publish-again', messageId: message, askedBy: 'reconciler', state: 'refused' },
        ...{ reason: 'reconciler: not taken', outcome: 'the outbox has it no more' },
        ...{ askedAt: '2026-01-31T12:00:00.000Z', endedAt: '2026-01-31T12:00:05.000Z' },
        text: expect.stringMatching(/^Publishes the message again/),
      },
      { id: waiting, kind: 'run-workflow', messageId: null, state: 'asked', outcome: null, endedAt: null },
    ]);
    const { out } = await orderctl(`why ${late}`);
    expect(out).toContain(`
Repair asked for: publish-again of message ${message}
  asked:      2026-01-31 12:00:00 UTC, by reconciler: reconciler: not taken
  does:       Publishes the message again, as it was written; who has it passes over the copy.
  ended:      2026-01-31 12:00:05 UTC, refused: the outbox has it no more
`);
    expect(out).toContain('  ended:      not yet: it is still to be carried out\n');
  });

  test('why: a shop whose repairs cannot be read is named, and the rest is said', async () => {
    await stage.query('shop', 'ALTER TABLE ledger.shop_repair_details RENAME TO gone');
    try {
      const { code, out } = await orderctl(`why ${late} --json`);
      const { status, repairs, unread } = WhyAnswer.parse(JSON.parse(out));
      expect({ code, status, repairs }).toEqual({ code: 3, status: 'PACKED', repairs: [] });
      expect(unread).toEqual([expect.stringContaining('ledger.shop_repair_details')]);
    } finally {
      await stage.query('shop', 'ALTER TABLE ledger.gone RENAME TO shop_repair_details');
    }
  });

  test('why without Temporal answers from the rest, says so, and exits 3', async () => {
    const { code, out } = await orderctl('why B-2026-000001 --json', { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    const answer = WhyAnswer.parse(JSON.parse(out));
    expect({ code, status: answer.status, accounted: answer.accounted }).toEqual({
      code: 3,
      status: 'PACKED',
      accounted: null,
    });
    expect(answer.summary).toMatch(/Not all could be read: Temporal \(127\.0\.0\.1:1\)/);
  });

  test('list --unaccounted names those that have a row, and does not hide those that have none', async () => {
    const rowless = randomUUID();
    await fill(stage, rowless);
    for (const orderId of [late, rowless]) {
      await stage.query('crm', 'DELETE FROM ledger.crm_projection WHERE order_id = $1', [orderId]);
    }
    const { code, out } = await orderctl('list --unaccounted --json');
    const { orders, withoutRow } = JSON.parse(out);
    expect({ code, withoutRow, numbers: orders.map(({ number }: { number: string }) => number) }).toEqual({
      ...{ code: 1, withoutRow: 1 },
      numbers: ['B-2026-000001'],
    });
  });
});
