import type { OrderPage } from '@bezel/contracts';
import { createIdentity } from '@bezel/local/testing';
import { uuidv7 } from '@bezel/outbox';
import { handlersOf } from '@bezel/outbox/nestjs';
import { createHttpApp, openDatabase } from '@bezel/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { OrderProjection } from '../projection/order-projection.ts';
import { crmTestDatabase } from '../testing/crm-database.ts';
import { lifeOf, type Told } from '../testing/told.ts';
import type { CrmDatabase } from './crm-database.ts';
import { OrdersModule } from './orders.module.ts';

type Crm = Awaited<ReturnType<typeof startCrm>>;
let crm: Crm;
beforeAll(async () => {
  crm = await startCrm();
});
afterAll(() => crm[Symbol.asyncDispose]());

async function startCrm() {
  const clone = await crmTestDatabase();
  const identity = await createIdentity();
  const database = openDatabase<CrmDatabase>({ url: clone.url, name: 'crm-test' });
  const app = await createHttpApp({ name: 'crm-api', title: 'CRM', database, identity, module: OrdersModule });
  return {
    /** Lets the projection take these events, as the consumer would hand them over. */
    async told(events: readonly Told[]) {
      for (const { id, type, data } of events) {
        const handler = handlersOf(new OrderProjection()).find((candidate) => candidate.type === type);
        await handler?.handle({ id, data } as never, { tx: database.pool, signal: AbortSignal.any([]) } as never);
      }
    },
    async get(path: string, roles = ['sales'], tenant = 'house') {
      const token = await identity.token({ sub: 'sam', roles, tenant });
      return request(app.getHttpServer()).get(path).set('authorization', `Bearer ${token}`);
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await database.end();
      await identity[Symbol.asyncDispose]();
      await clone[Symbol.asyncDispose]();
    },
  };
}

describe('GET /v1/orders', () => {
  test('pages through all orders of the tenant, newest first, each once, while new ones come', async () => {
    const tenant = 'paging';
    const ids = Array.from({ length: 7 }, () => uuidv7());
    await crm.told(ids.flatMap((id, moves) => lifeOf(id, { moves, tenant })));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: OrderPage } = await crm.get(
        `/v1/orders?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
        ['sales'],
        tenant,
      );
      expect(page.body.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
      await crm.told(lifeOf(uuidv7(), { moves: 0, tenant }));
    }
    expect(seen).toEqual(ids.toReversed());
  });

  test('filters by status', async () => {
    const tenant = 'statuses';
    const ids = Array.from({ length: 4 }, () => uuidv7());
    await crm.told(ids.flatMap((id, moves) => lifeOf(id, { moves, tenant })));
    const { body } = await crm.get('/v1/orders?status=PRICED', ['sales'], tenant);
    expect(body.items).toMatchObject([{ id: ids[2], status: 'PRICED', tenant }]);
    for (const query of ['status=NONSENSE', 'statuss=PRICED']) {
      expect((await crm.get(`/v1/orders?${query}`)).body).toMatchObject({ status: 400, code: 'invalid_request' });
    }
  });

  test('shows sales its own tenant and an admin every one', async () => {
    const [mine, theirs] = [uuidv7(), uuidv7()];
    await crm.told([...lifeOf(mine, { tenant: 'one' }), ...lifeOf(theirs, { tenant: 'two' })]);
    const idsOf = async (roles: string[], query = '') =>
      (await crm.get(`/v1/orders?limit=200${query}`, roles, 'one')).body.items.map(({ id }: { id: string }) => id);
    expect(await idsOf(['sales'])).toEqual([mine]);
    expect(await idsOf(['sales'], '&tenant=two')).toEqual([]);
    expect(await idsOf(['admin'])).toEqual(expect.arrayContaining([mine, theirs]));
    expect(await idsOf(['admin'], '&tenant=two')).toEqual([theirs]);
  });

  test('is closed to everybody else', async () => {
    for (const role of ['customer', 'operator', 'partner-admin', 'service']) {
      expect((await crm.get('/v1/orders', [role])).body).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });
});

describe('GET /v1/orders/:id and its history', () => {
  test('show the order as it is and how it came to be so', async () => {
    const id = uuidv7();
    const life = lifeOf(id, { moves: 3 });
    await crm.told(life);
    expect((await crm.get(`/v1/orders/${id}`)).body).toMatchObject({
      ...{ id, status: 'APPROVED', customerId: 'ann', metal: 'gold-585', reason: null },
      offer: { total: { amountMinor: '12345', currency: 'EUR' } },
      submittedAt: '2026-01-01T12:00:00.000Z',
    });
    const { body } = await crm.get(`/v1/orders/${id}/history`);
    expect(body.items).toMatchObject([
      { kind: 'moved', seq: 0, from: null, to: 'SUBMITTED', messageId: life[0]?.id },
      { kind: 'moved', seq: 1, from: 'SUBMITTED', to: 'PRICING', messageId: life[1]?.id },
      { kind: 'moved', seq: 2, from: 'PRICING', to: 'PRICED', messageId: life[2]?.id },
      { kind: 'moved', seq: 3, from: 'PRICED', to: 'APPROVED', messageId: life[3]?.id },
    ]);
  });

  test("know neither an unknown order nor another tenant's", async () => {
    const id = uuidv7();
    await crm.told(lifeOf(id, { tenant: 'other' }));
    for (const path of [`/v1/orders/${id}`, `/v1/orders/${id}/history`, `/v1/orders/${uuidv7()}`]) {
      expect((await crm.get(path)).body).toMatchObject({ status: 404, code: 'order_not_found' });
    }
    expect((await crm.get('/v1/orders/7')).body).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});
