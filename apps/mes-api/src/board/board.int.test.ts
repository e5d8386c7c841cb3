import { createIdentity, type TestIdentity } from '@bezel/local/testing';
import { LIFECYCLE, STATUSES } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { createHttpApp } from '@bezel/service';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { sql } from 'kysely';
import request from 'supertest';
import { MesModule } from '../mes.module.ts';
import { mesOutbox } from '../outbox.ts';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { anOrder, toldAbout } from '../testing/orders.ts';
import { openWorkOrder } from '../work-orders/open-work-order.ts';
import { statusPage } from './board-statements.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let database: MesTestDatabase;
let identity: TestIdentity;
let app: INestApplication;
beforeAll(async () => {
  database = await createMesDatabase();
  identity = await createIdentity();
  app = await createHttpApp({
    ...{ name: 'mes-api', title: 'MES', database, identity },
    ...{ module: MesModule, imports: [mesOutbox(database)] },
  });
});
afterAll(async () => {
  await app.close();
  await identity[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const as = async (sub: string, role = 'operator') =>
  `Bearer ${await identity.token({ sub, roles: [role], tenant: 'house' })}`;
const get = async (path: string, sub = 'ada', role = 'operator') =>
  request(app.getHttpServer())
    .get(path)
    .set('authorization', await as(sub, role));
const post = async (
  path: string,
  { sub = 'ada', role = 'operator', key, body }: { sub?: string; role?: string; key?: string; body?: object } = {},
) => {
  const sent = request(app.getHttpServer())
    .post(path)
    .set('authorization', await as(sub, role));
  return (key === undefined ? sent : sent.set('idempotency-key', key)).send(body);
};
const opened = async () => {
  const order = anOrder();
  return { ...order, ...(await openWorkOrder(database.outbox, database.kysely, order)) };
};
const step = (id: string, name: string, options?: Parameters<typeof post>[1]) =>
  post(`/v1/work-orders/${id}/${name}`, options);

describe('the steps', () => {
  test('from OPEN to SHIPPED, each telling its event', async () => {
    const { workOrderId, orderId } = await opened();
    for (const [name, status] of [
      ['claim', 'CLAIMED'],
      ['start', 'STARTED'],
      ['complete', 'COMPLETED'],
      ['pack', 'PACKED'],
      ['ship', 'SHIPPED'],
    ] as const) {
      const answer = await step(workOrderId, name);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ id: workOrderId, orderId, status, claimedBy: 'ada' });
    }
    expect(await toldAbout(database, orderId)).toEqual([
      'opened',
      'claimed',
      'started',
      'completed',
      'packed',
      'shipped',
    ]);
  });

  test('of twenty operators who claim at once one wins', async () => {
    const { workOrderId, orderId } = await opened();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => step(workOrderId, 'claim', { sub: `operator-${n}` })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => !won.includes(answer))) {
      expect(status).toBe(409);
      expect(body).toMatchObject({
        code: 'illegal_action',
        detail: expect.stringContaining(`is CLAIMED, claimed by ${won[0]?.body.claimedBy}`),
      });
    }
    expect(await toldAbout(database, orderId)).toEqual(['opened', 'claimed']);
  });

  test('a double click is one step and one event', async () => {
    const { workOrderId, orderId } = await opened();
    const clicks = await Promise.all([step(workOrderId, 'claim'), step(workOrderId, 'claim')]);
    expect(clicks.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await toldAbout(database, orderId)).toEqual(['opened', 'claimed']);
  });

  test('the same request again, by its key, gets the same answer, also when many come at once', async () => {
    const { workOrderId, orderId } = await opened();
    const answers = await Promise.all(Array.from({ length: 10 }, () => step(workOrderId, 'claim', { key: 'click-1' })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(9);
    expect(await toldAbout(database, orderId)).toEqual(['opened', 'claimed']);
  });

  test('a key is for one work order', async () => {
    const [one, other] = [await opened(), await opened()];
    expect((await step(one.workOrderId, 'claim', { key: 'click-2' })).status).toBe(200);
    expect((await step(other.workOrderId, 'claim', { key: 'click-2' })).body).toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  test.each(['start', 'complete', 'pack', 'ship'])(
    '%s of an open work order is 409, names the status and changes nothing',
    async (name) => {
      const { workOrderId, orderId } = await opened();
      const { status, body, headers } = await step(workOrderId, name);
      expect(status).toBe(409);
      expect(headers['content-type']).toMatch('application/problem+json');
      expect(body).toMatchObject({ code: 'illegal_action', detail: expect.stringContaining('is OPEN') });
      expect(await toldAbout(database, orderId)).toEqual(['opened']);
    },
  );

  test('only the claimer or an admin goes on', async () => {
    const { workOrderId } = await opened();
    await step(workOrderId, 'claim');
    expect((await step(workOrderId, 'start', { sub: 'ben' })).body).toMatchObject({
      status: 403,
      code: 'claimed_by_another',
    });
    const byAdmin = await step(workOrderId, 'start', { sub: 'root', role: 'admin' });
    expect(byAdmin.body).toMatchObject({ status: 'STARTED', claimedBy: 'ada' });
  });
});

describe('the board', () => {
  test('pages through a status, oldest first, each work order once, while others come and go', async () => {
    const before = (await get('/v1/work-orders?status=OPEN&limit=200')).body.items.length;
    const mine: string[] = [];
    for (let n = 0; n < 7; n++) {
      mine.push((await opened()).workOrderId);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await get(`/v1/work-orders?status=OPEN&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
      await opened();
      await step(seen[0] as string, 'claim', { sub: 'eve' });
    } while (cursor !== null && seen.length < before + mine.length);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => mine.includes(id))).toEqual(mine);
  });

  test('pages through all, oldest first', async () => {
    const mine = [(await opened()).workOrderId, (await opened()).workOrderId];
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await get(`/v1/work-orders?limit=20${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen.slice(-2)).toEqual(mine);
  });

  test('begins with the newest when asked to, page after page', async () => {
    const mine = [await opened(), await opened()].map(({ workOrderId }) => workOrderId);
    const first = (await get('/v1/work-orders?sort=newest&limit=1')).body;
    const second = (await get(`/v1/work-orders?sort=newest&limit=1&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual(mine.toReversed());
    expect((await get('/v1/work-orders?sort=newest&status=OPEN')).body.errors).toMatchObject([{ path: 'sort' }]);
  });

  test('a cursor of one list is none of the other', async () => {
    const { nextCursor } = (await get('/v1/work-orders?limit=1')).body;
    const ofOpen = (await get('/v1/work-orders?status=OPEN&limit=1')).body.nextCursor;
    for (const query of [
      `status=OPEN&cursor=${nextCursor}`,
      `status=PACKED&cursor=${ofOpen}`,
      `cursor=${ofOpen}`,
      `sort=newest&cursor=${nextCursor}`,
    ]) {
      expect((await get(`/v1/work-orders?${query}`)).body).toMatchObject({ code: 'invalid_cursor' });
    }
  });

  test('finds the work order of an order', async () => {
    const { orderId, workOrderId } = await opened();
    expect((await get(`/v1/work-orders?orderId=${orderId}`)).body).toMatchObject({
      items: [{ id: workOrderId }],
      nextCursor: null,
    });
    expect((await get(`/v1/work-orders?orderId=${orderId}&status=PACKED`)).body.items).toEqual([]);
    expect((await get(`/v1/work-orders?orderId=${uuidv7()}`)).body.items).toEqual([]);
    expect((await get(`/v1/work-orders/${workOrderId}`)).body).toMatchObject({
      orderId,
      orderStatus: null,
      materialShort: false,
      massMg: 7750,
    });
  });

  test('pages through what is late, oldest first, of one status or all; an order that moves on is not late', async () => {
    const works = [await opened(), await opened(), await opened(), await opened()];
    const insert = database.kysely.insertInto('order_status');
    for (const { orderId } of works.slice(0, 3)) {
      const approved = { seq: 3, status: 'APPROVED', reason: null, changed_at: '2026-01-01T00:00:00.000Z' } as const;
      await insert.values({ order_id: orderId, ...approved, late_seq: 3 }).execute();
    }
    const ids = works.map(({ workOrderId }) => workOrderId);
    await step(ids[1] as string, 'claim');
    const lateOnes = async (query = '') => {
      const seen: { id: string; late: boolean }[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const path = `/v1/work-orders?late=true&limit=1${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const { body } = await get(path);
        seen.push(...body.items);
        cursor = body.nextCursor;
      }
      expect(seen.every(({ late }) => late)).toBe(true);
      return seen.map(({ id }) => id);
    };
    expect(await lateOnes()).toEqual(ids.slice(0, 3));
    expect(await lateOnes('&status=CLAIMED')).toEqual([ids[1]]);
    // As a process of the release before follows an order: it does not know the mark.
    await sql`UPDATE order_status SET seq = 4, status = 'IN_MANUFACTURING' WHERE order_id = ${works[0]?.orderId}`.execute(
      database.kysely,
    );
    expect(await lateOnes()).toEqual(ids.slice(1, 3));
    const byOrder = async (index: number) =>
      (await get(`/v1/work-orders?late=true&orderId=${works[index]?.orderId}`)).body.items.length;
    expect([await byOrder(0), await byOrder(1), await byOrder(3)]).toEqual([0, 1, 0]);
    expect((await get(`/v1/work-orders/${ids[3]}`)).body).toMatchObject({ late: false });
    for (const query of ['late=false', 'late=true&sort=newest', 'late=true&cursor=x']) {
      expect((await get(`/v1/work-orders?${query}`)).status).toBe(400);
    }
  });

  test('a page of one status is read from its index alone, with all open ones behind a wall of shipped ones', async () => {
    const rolledBack = new Error('enough seen');
    const looking = database.kysely.transaction().execute(async (trx) => {
      await sql`
        INSERT INTO work_order (id, order_id, order_number, tenant, status, claimed_by, metal, finish, mass_mg,
                                model_sha256, model_file_name, model_bytes)
        SELECT outbox.new_id(), gen_random_uuid(), 'B-' || n, 'house', CASE WHEN n > 19000 THEN 'OPEN' ELSE 'SHIPPED' END,
               'ada', 'gold-585', 'polished', 1, repeat('a', 64), 'ring.stl', 1
        FROM generate_series(1, 20000) AS n`.execute(trx);
      await sql`ANALYZE work_order`.execute(trx);
      for (const after of ['0', '19999']) {
        const plan = JSON.stringify(await statusPage(trx, { status: 'OPEN', after, limit: 51 }).explain());
        expect(plan).toMatch(/Limit.*Index Scan using work_order_board on work_order/);
        expect(plan).not.toContain('Filter');
      }
      throw rolledBack;
    });
    await expect(looking).rejects.toBe(rolledBack);
  });
});

describe('the columns', () => {
  test('are told to operators, each with what it may take', async () => {
    const { status, body } = await get('/v1/board/columns');
    expect(status).toBe(200);
    expect(body.items[0]).toEqual({
      ...{ status: 'APPROVED', meaning: LIFECYCLE.APPROVED.meaning, workOrders: ['OPEN', 'CLAIMED'] },
      ...{ endedBy: 'start', next: 'IN_MANUFACTURING', withinMs: LIFECYCLE.APPROVED.sla?.withinMs },
      typicalMs: LIFECYCLE.APPROVED.sla?.typicalMs,
    });
    for (const { workOrders } of body.items) {
      for (const each of workOrders) expect((await get(`/v1/work-orders?status=${each}`)).status).toBe(200);
    }
    expect((await get('/v1/board/columns', 'cus', 'customer')).status).toBe(403);
  });
});

describe('the OpenAPI document', () => {
  test('knows the statuses of orders that the stage contract has', async () => {
    const { text } = await get('/openapi.json');
    const lists: string[][] = [];
    JSON.parse(text, (key, value) => {
      if (key === 'enum' && value.includes('SUBMITTED')) lists.push(value);
      return value;
    });
    expect(lists.length).toBeGreaterThan(0);
    for (const list of lists) expect(list).toEqual([...STATUSES]);
  });
});

describe('who and what is let in', () => {
  test.each([
    ['/v1/work-orders?status=BAKED', 400, 'invalid_request'],
    ['/v1/work-orders?limit=0', 400, 'invalid_request'],
    ['/v1/work-orders?limit=many', 400, 'invalid_request'],
    ['/v1/work-orders?cursor=rubbish', 400, 'invalid_cursor'],
    ['/v1/work-orders?colour=red', 400, 'invalid_request'],
    ['/v1/work-orders?orderId=1', 400, 'invalid_request'],
    ['/v1/work-orders/1', 400, 'invalid_request'],
    [`/v1/work-orders/${'0192f0c1-0000-7000-8000-000000000001'}`, 404, 'work_order_not_found'],
  ])('GET %s is %d %s', async (path, status, code) => {
    const answer = await get(path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('a step of what is not there', async () => {
    expect((await step(uuidv7(), 'claim')).body).toMatchObject({ status: 404, code: 'work_order_not_found' });
    expect((await step('1', 'claim')).body).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('a step nobody knows', async () => {
    const { workOrderId } = await opened();
    expect((await step(workOrderId, 'polish')).status).toBe(404);
  });

  test('only operators and admins', async () => {
    const { workOrderId } = await opened();
    expect((await request(app.getHttpServer()).get('/v1/work-orders')).status).toBe(401);
    for (const role of ['customer', 'sales', 'partner-admin', 'service']) {
      expect((await get('/v1/work-orders', 'carl', role)).body).toMatchObject({ status: 403, code: 'forbidden' });
      for (const name of ['claim', 'start', 'complete', 'pack', 'ship']) {
        expect((await step(workOrderId, name, { sub: 'carl', role })).status).toBe(403);
      }
    }
  });
});

describe('the metal', () => {
  test('shows the stock and books deliveries once a key', async () => {
    const stock = async () =>
      (await get('/v1/material')).body.items.find(({ metal }: { metal: string }) => metal === 'platinum-950');
    const before = BigInt((await stock()).onHandMg);
    const book = () =>
      post('/v1/material/platinum-950/deliveries', { sub: 'root', role: 'admin', key: 'd-1', body: { massMg: 500 } });
    expect((await book()).status).toBe(201);
    expect((await book()).headers['idempotency-replayed']).toBe('true');
    expect(BigInt((await stock()).onHandMg)).toBe(before + 500n);
  });

  test.each([{}, { massMg: -1 }, { massMg: 1.5 }, { massMg: '7' }, { massMg: 1, note: 'x' }])(
    'refuses %j',
    async (body) => {
      const answer = await post('/v1/material/gold-585/deliveries', { sub: 'root', role: 'admin', body });
      expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );

  test('an operator books nothing, and there is no lead', async () => {
    expect((await post('/v1/material/gold-585/deliveries', { body: { massMg: 1 } })).status).toBe(403);
    expect((await post('/v1/material/lead/deliveries', { role: 'admin', body: { massMg: 1 } })).status).toBe(400);
  });
});
