import { ORDER_STATUSES, type OrderPage } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Crm, startCrm } from '../testing/crm.ts';
import { DEADLINE, delayed, EXPECTED, lifeOf, PROMISED } from '../testing/told.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(60_000);

let crm: Crm;
beforeAll(async () => {
  crm = await startCrm();
});
afterAll(() => crm[Symbol.asyncDispose]());

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

  test('show that it is late until it moves on, and what was promised and is expected until it ends', async () => {
    const id = uuidv7();
    const life = lifeOf(id);
    const one = async () => (await crm.get(`/v1/orders/${id}`)).body;
    await crm.told(life.slice(0, 4));
    const promise = { stageDeadline: DEADLINE, promisedAt: PROMISED };
    expect(await one()).toMatchObject({ ...promise, late: false, expectedAt: null, predictedLate: false });
    const [late, predicted] = [delayed(id, 3), delayed(id, 3, { kind: 'predicted', deadline: PROMISED })];
    await crm.told([late, predicted]);
    expect(await one()).toMatchObject({ ...promise, late: true, expectedAt: EXPECTED, predictedLate: true });
    const { body } = await crm.get(`/v1/orders/${id}/history`);
    const delay = { kind: 'delayed', seq: 3, from: null, to: null, expectedAt: EXPECTED };
    expect(body.items.slice(3)).toMatchObject([
      { kind: 'moved', seq: 3, to: 'APPROVED', deadline: null },
      { ...delay, reason: 'late', deadline: DEADLINE, messageId: late.id },
      { ...delay, reason: 'predicted', deadline: PROMISED, messageId: predicted.id },
    ]);

    await crm.told(life.slice(4, 5));
    const moved = { status: 'IN_MANUFACTURING', stageDeadline: null, promisedAt: PROMISED, late: false };
    expect(await one()).toMatchObject({ ...moved, expectedAt: EXPECTED, predictedLate: true });
    await crm.told([delayed(id, 3)]);
    expect(await one()).toMatchObject({ ...moved, predictedLate: true });

    await crm.told(life.slice(5));
    const ended = { status: 'DELIVERED', late: false, expectedAt: null, predictedLate: false };
    expect(await one()).toMatchObject({ ...ended, promisedAt: PROMISED });
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

test('the OpenAPI document knows the statuses of the contracts', async () => {
  const lists: string[][] = [];
  JSON.parse(JSON.stringify((await crm.get('/openapi.json')).body), (key, value) => {
    if (key === 'enum' && value.includes('SUBMITTED')) lists.push(value);
    return value;
  });
  expect(lists.length).toBeGreaterThan(0);
  for (const list of lists) expect(list).toEqual([...ORDER_STATUSES]);
});
