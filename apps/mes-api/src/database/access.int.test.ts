import { FINISHES, METALS, ORDER_STATUSES, WORK_ORDER_STATUSES } from '@bezel/contracts';
import { createDatabase } from '@bezel/local/testing';
import { uuidv7 } from '@bezel/outbox';
import { migrateDatabase, openDatabase } from '@bezel/service';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { begin, end, hold, lookUp, remember } from '../pricing/analysis/attempts.ts';
import { injectedOutbox } from '../testing/injected-outbox.ts';
import { createMesDatabase, MIGRATIONS } from '../testing/mes-database.ts';
import { anOrder } from '../testing/orders.ts';
import { openWorkOrder } from '../work-orders/open-work-order.ts';
import { takeStep } from '../work-orders/take-step.ts';
import { withdrawWorkOrder } from '../work-orders/withdraw-work-order.ts';
import type { MesDatabase } from './mes-database.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

test("the app's login can do its work and nothing else", async () => {
  await using db = await createDatabase();
  const owner = new pg.Client({ connectionString: db.url });
  await owner.connect();
  await owner.query(`CREATE ROLE ${db.name} LOGIN PASSWORD '${db.name}'`);
  try {
    await migrateDatabase({ url: db.url, login: db.name, app: { name: 'mes', folder: MIGRATIONS } });
    const url = new URL(db.url);
    url.username = url.password = db.name;
    const app = openDatabase<MesDatabase>({ url: url.href, name: 'mes-test', max: 1 });
    const outbox = await injectedOutbox(app);
    const operator = { sub: 'ada', roles: ['operator'], tenant: 'house' };
    const [shipped, withdrawn] = [anOrder(), anOrder()];
    const { workOrderId } = await openWorkOrder(outbox, app.kysely, shipped);
    for (const step of ['claim', 'start', 'complete', 'pack', 'ship'] as const) {
      await app.kysely.transaction().execute((trx) => takeStep(outbox, trx, step, workOrderId, operator));
    }
    await openWorkOrder(outbox, app.kysely, withdrawn);
    await withdrawWorkOrder(outbox, app.kysely, { orderId: withdrawn.orderId, reason: 'customer' });
    const attempt = { sha256: 'a'.repeat(64), holder: uuidv7() };
    expect(await begin(app.kysely, attempt, 1_000)).toBe(0);
    await hold(app.kysely, attempt, { holdMs: 1_000, phase: 'reading' });
    expect(await lookUp(app.kysely, attempt.sha256)).toMatchObject({ measuredElsewhere: 'reading', suspect: false });
    await remember(app.kysely, attempt.sha256, { rejected: 'It is flat.' });
    await end(app.kysely, attempt);
    expect(await lookUp(app.kysely, attempt.sha256)).toMatchObject({ analysis: { rejected: 'It is flat.' } });
    for (const statement of [
      'DELETE FROM model_analysis_attempt',
      'DELETE FROM work_order',
      'DELETE FROM material_reservation',
      'UPDATE withdrawn_order SET reason = reason',
      'UPDATE model_analysis SET rejected = rejected',
      'INSERT INTO material_stock SELECT * FROM material_stock',
      'CREATE TABLE anything ()',
      'DELETE FROM bezel.migration',
    ]) {
      await expect(app.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    await app.end();
  } finally {
    await owner.query(`DROP OWNED BY ${db.name}; DROP ROLE ${db.name}`);
    await owner.end();
  }
});

describe('the schema', () => {
  test.each([
    ['work_order_status_check', WORK_ORDER_STATUSES],
    ['order_status_known', ORDER_STATUSES],
    ['work_order_metal_check', METALS],
    ['work_order_finish_check', FINISHES],
    ['material_stock_metal_check', METALS],
  ])('%s allows what the contracts do', async (constraint, words) => {
    await using database = await createMesDatabase();
    const { rows } = await database.pool.query(
      'SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE conname = $1',
      [constraint],
    );
    expect(rows[0].rule.match(/'[^']+'/g).map((word: string) => word.slice(1, -1))).toEqual([...words]);
  });
});

describe('the ledger views', () => {
  test('show the work order, its messages, the board and the inbox', async () => {
    await using database = await createMesDatabase();
    const order = anOrder();
    const { workOrderId } = await openWorkOrder(database.outbox, database.kysely, order);
    await database.pool.query(
      `INSERT INTO outbox.inbox (group_id, slot, ce_time, id)
       VALUES ('mes.board', outbox.inbox_slot('2026-01-01T00:00:00Z'), '2026-01-01T00:00:00Z', $1)`,
      [workOrderId],
    );
    await database.pool.query(
      `INSERT INTO order_status (order_id, status, seq, changed_at) VALUES ($1, 'APPROVED', 3, now())`,
      [order.orderId],
    );
    const view = async (name: string) =>
      (await database.pool.query(`SELECT order_id, hop, message_id, state FROM ledger.${name}`)).rows;
    expect(await view('mes_work_order')).toEqual([
      { order_id: order.orderId, hop: 'mes.work-order', message_id: workOrderId, state: 'OPEN' },
    ]);
    expect(await view('mes_outbox')).toEqual([
      {
        order_id: order.orderId,
        hop: 'mes.outbox',
        message_id: expect.any(String),
        state: expect.stringMatching(/^\d+\/1 mes\.work-orders mes\.work-order-opened$/),
      },
    ]);
    expect(await view('mes_board')).toEqual([
      { order_id: order.orderId, hop: 'mes.board', message_id: null, state: '3 APPROVED' },
    ]);
    expect(await view('mes_inbox')).toEqual([
      { order_id: null, hop: 'mes.inbox', message_id: workOrderId, state: 'mes.board' },
    ]);
  });
});
