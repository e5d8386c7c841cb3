import { randomUUID } from 'node:crypto';
import { auditStack, isDefect, WORKING_LIMITS } from '@bezel/ledger';
import type { StackFile } from '@bezel/local';
import { type RunningStart, runStart, type StackState, temporaryStackState, waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Model, sampleModels } from './clients/models.ts';
import { type Person, signInAs } from './clients/sign-in.ts';
import { largeRing } from './testing/large-ring.ts';

jest.setTimeout(240_000);

// biome-ignore lint/suspicious/noExplicitAny: what a door answers is what the test is about
type Body = any;

let state: StackState;
let start: RunningStart;
let stack: StackFile;
beforeAll(async () => {
  state = temporaryStackState();
  start = runStart(state.path, { args: ['--empty'], env: { STAGE_TIMES: 'APPROVED=PT3S/PT1S' } });
  stack = await start.ready;
});
afterAll(async () => {
  await start[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
});

/** Asks a door as somebody. */
function ask(client: Person, door: 'shop' | 'partner' | 'mes' | 'crm') {
  const authorization = signInAs(() => stack.servers.identity, client);
  return async (path: string, body?: FormData | object): Promise<Body> => {
    const form = body instanceof FormData;
    const answer = await fetch(`${stack.urls[door]}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: await authorization(false),
        'idempotency-key': randomUUID(),
        ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
}

const patience = { deadlineMs: 60_000 };

function formOf({ name, content }: Pick<Model, 'name' | 'content'>): FormData {
  const form = new FormData();
  form.set('metal', 'silver-925');
  form.set('model', new Blob([new Uint8Array(content)]), name);
  return form;
}

async function sampleModel(): Promise<Model> {
  const [model] = await sampleModels();
  if (model === undefined) throw new Error('there are no sample models');
  return model;
}

test('a customer sees how far the pricing of a large model is, and a partner’s offer has the discount', async () => {
  // Made before anybody is asked: it keeps this process busy for longer than a server keeps an idle connection.
  const ring = { name: 'large.stl', content: largeRing(700_000) };
  const [shop, partner] = [ask('customer', 'shop'), ask('partner', 'partner')];
  const until = (asked: typeof shop, id: string, what: string, holds: (order: Body) => boolean) =>
    waitFor(
      what,
      async () => {
        const order = await asked(`/v1/orders/${id}`);
        if (order.status === 'REJECTED') throw new Error(`rejected: ${order.reason}`);
        return holds(order) && order;
      },
      patience,
    );
  const { id: ofPartner } = await partner('/v1/orders', formOf(await sampleModel()));
  const { id: large } = await shop('/v1/orders', formOf(ring));

  // Watched from now on: the partner's offer may take as long as the large model.
  const inPricing = until(
    shop,
    large,
    'progress',
    ({ status, progress }) => progress !== null || !['SUBMITTED', 'PRICING'].includes(status),
  );

  const { offer: discounted } = await until(partner, ofPartner, 'the partner’s offer', ({ offer }) => offer !== null);
  const sumOf = (parts: Body[]) => parts.reduce((sum, { amount }) => sum + Number(amount.amountMinor), 0);
  const full = discounted.parts.filter(({ kind }: Body) => kind !== 'discount');
  const discounts = discounted.parts.filter(({ kind }: Body) => kind === 'discount');
  expect(discounts).toHaveLength(1);
  // The price lists give acme 50 in a thousand.
  expect(Math.abs(sumOf(discounts) + sumOf(full) * 0.05)).toBeLessThanOrEqual(1);
  expect(Number(discounted.total.amountMinor)).toBe(sumOf(discounted.parts));

  const seen = await inPricing;
  expect(seen).toMatchObject({ status: 'PRICING', offer: null, progress: { phase: expect.any(String) } });
  expect(seen.progress.phase).toMatch(/^(fetching|waiting|reading|welding|closing|measuring)$/);
  expect(seen.progress.percent).toBeGreaterThanOrEqual(0);
  const priced = await until(shop, large, 'the offer', ({ status }) => status === 'PRICED');
  expect(priced.progress).toBeNull();
  expect(priced.offer.parts.map(({ kind }: Body) => kind)).not.toContain('discount');
});

test('an order that waits too long for the workshop is said to be late once, by the shop, the board and to the customer', async () => {
  const { servers } = stack;
  const [shop, mes, crm] = [ask('customer', 'shop'), ask('operator', 'mes'), ask('sales', 'crm')];
  const { id, number } = await shop('/v1/orders', formOf(await sampleModel()));
  const order = () => shop(`/v1/orders/${id}`);
  await waitFor('the offer', async () => (await order()).status === 'PRICED', patience);
  await shop(`/v1/orders/${id}/accept`, {});
  const late = await waitFor(
    'the order to be late',
    async () => {
      const now = await order();
      return now.late === true && now;
    },
    patience,
  );
  expect(late).toMatchObject({ status: 'APPROVED', predictedLate: false });
  expect(Date.parse(late.stageDeadline)).toBeLessThan(Date.now());
  const { items: history } = await shop(`/v1/orders/${id}/history`);
  const delays = history.filter(({ kind }: Body) => kind === 'delayed');
  expect(delays.filter(({ reason }: Body) => reason === 'late')).toMatchObject([
    { seq: 3, deadline: late.stageDeadline, expectedAt: late.expectedAt },
  ]);

  const messages = await waitFor(
    'the message to the customer',
    async () => {
      const { items } = await crm(`/v1/messages?orderId=${id}`);
      return items.length === delays.length && items;
    },
    patience,
  );
  expect(messages[0]).toMatchObject({
    ...{ id: delays.at(-1).messageId, orderId: id, kind: 'late' },
    text: expect.stringMatching(
      new RegExp(
        `^Finding a place in the workshop for your order ${number} is taking longer .* as promised\\. We are sorry`,
      ),
    ),
  });
  const seenBySales = { late: true, promisedAt: late.promisedAt, expectedAt: late.expectedAt };
  expect(await crm(`/v1/orders/${id}`)).toMatchObject({ status: 'APPROVED', ...seenBySales });
  const onBoard = () => mes(`/v1/work-orders?late=true&orderId=${id}`);
  const board = await waitFor(
    'the board',
    async () => {
      const { items } = await onBoard();
      return items.length === 1 && items;
    },
    patience,
  );

  for (const step of ['claim', 'start']) await mes(`/v1/work-orders/${board[0].id}/${step}`, {});
  await waitFor('the order to be made', async () => (await order()).status === 'IN_MANUFACTURING', patience);
  expect(await order()).toMatchObject({ late: false, promisedAt: late.promisedAt });
  await waitFor('the board', async () => (await onBoard()).items.length === 0, patience);
  await waitFor('sales', async () => (await crm(`/v1/orders/${id}`)).late === false, patience);
  expect((await crm(`/v1/messages?orderId=${id}`)).items).toHaveLength(delays.length);

  const audited = { postgres: servers.postgres.audit, kafka: servers.kafka.brokers, temporal: servers.temporal };
  for await (const { account, findings } of auditStack(audited, { orderIds: [id], limits: WORKING_LIMITS })) {
    expect(account.delays).toHaveLength(delays.length);
    expect(findings.filter(isDefect)).toEqual([]);
  }
});
