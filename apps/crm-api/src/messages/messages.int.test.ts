import type { CustomerMessagePage } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Crm, startCrm } from '../testing/crm.ts';
import { delayed, lifeOf, PROMISED } from '../testing/told.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(60_000);

let crm: Crm;
beforeAll(async () => {
  crm = await startCrm();
});
afterAll(() => crm[Symbol.asyncDispose]());

describe('GET /v1/messages', () => {
  test('shows what the customer was told, and nothing of what only operators hear', async () => {
    const id = uuidv7();
    const predicted = delayed(id, 3, { kind: 'predicted', deadline: PROMISED });
    await crm.told([...lifeOf(id, { moves: 3 }), delayed(id, 3, { tells: ['operators'] }), predicted]);
    await crm.told([delayed(id, 3, { tells: [] })]);
    const { body } = await crm.get(`/v1/messages?orderId=${id}`);
    expect(body).toEqual({
      items: [
        {
          ...{
            id: predicted.id,
            orderId: id,
            tenant: 'house',
            customerId: 'ann',
            kind: 'predicted',
            at: predicted.time,
          },
          text:
            `Finding a place in the workshop for your order B-${id.slice(-8)} will probably take longer than we planned. ` +
            'We promised it for 10 January 2026 and now expect to deliver it by 12 January 2026. ' +
            'We are sorry for the delay.',
        },
      ],
      nextCursor: null,
    });
  });

  test('pages newest first, each once, while new ones come', async () => {
    const tenant = 'paging';
    const told = Array.from({ length: 5 }, () => delayed(uuidv7(), 3, { tenant }));
    await crm.told(told);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: CustomerMessagePage } = await crm.get(
        `/v1/messages?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        ['sales'],
        tenant,
      );
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
      await crm.told([delayed(uuidv7(), 3, { tenant })]);
    }
    expect(seen).toEqual(told.map(({ id }) => id).toReversed());
  });

  test('shows sales its own tenant and an admin every one; whoever asks for a foreign order sees nothing', async () => {
    const [mine, theirs] = [uuidv7(), uuidv7()];
    await crm.told([delayed(mine, 3, { tenant: 'one' }), delayed(theirs, 3, { tenant: 'two' })]);
    const ordersOf = async (roles: string[], query = '') =>
      (await crm.get(`/v1/messages?limit=200${query}`, roles, 'one')).body.items.map(
        ({ orderId }: { orderId: string }) => orderId,
      );
    expect(await ordersOf(['sales'])).toEqual([mine]);
    expect(await ordersOf(['sales'], '&tenant=two')).toEqual([]);
    expect(await ordersOf(['sales'], `&orderId=${theirs}`)).toEqual([]);
    expect(await ordersOf(['admin'])).toEqual(expect.arrayContaining([mine, theirs]));
    expect(await ordersOf(['admin'], '&tenant=two')).toEqual([theirs]);
    expect(await ordersOf(['admin'], `&orderId=${mine}`)).toEqual([mine]);
  });

  test('is closed to everybody else, and refuses what it does not know', async () => {
    for (const role of ['customer', 'operator', 'partner-admin', 'service']) {
      expect((await crm.get('/v1/messages', [role])).body).toMatchObject({ status: 403, code: 'forbidden' });
    }
    for (const query of ['orderId=7', 'kind=late', 'limit=0', 'cursor=x']) {
      expect((await crm.get(`/v1/messages?${query}`)).status).toBe(400);
    }
  });
});

test('a second message under one id is refused, whatever the inbox thinks: a customer is told once', async () => {
  const told = delayed(uuidv7(), 3);
  await crm.told([told]);
  await expect(crm.told([told])).rejects.toMatchObject({ code: '23505' });
});
