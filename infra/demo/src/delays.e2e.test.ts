import { randomUUID } from 'node:crypto';
import { auditStack, isDefect, WORKING_LIMITS } from '@bezel/ledger';
import { runStart, temporaryStackState, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { sampleModels } from './clients/models.ts';
import { signInAs } from './clients/sign-in.ts';

jest.setTimeout(240_000);

// biome-ignore lint/suspicious/noExplicitAny: what a door answers is what the test is about
type Body = any;

test('an order that waits too long for the workshop is said to be late once, by the shop, the board and to the customer', async () => {
  await using state = temporaryStackState();
  await using start = runStart(state.path, { args: ['--empty'], env: { STAGE_TIMES: 'APPROVED=PT3S/PT1S' } });
  const { urls, servers } = await start.ready;
  const ask = (client: 'customer' | 'operator' | 'sales', base: string) => {
    const authorization = signInAs(() => servers.identity, client);
    return async (path: string, body?: FormData | object): Promise<Body> => {
      const form = body instanceof FormData;
      const answer = await fetch(`${base}${path}`, {
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
  };
  const [shop, mes, crm] = [ask('customer', urls.shop), ask('operator', urls.mes), ask('sales', urls.crm)];
  const patience = { deadlineMs: 60_000 };

  const [model] = await sampleModels();
  if (model === undefined) throw new Error('there are no sample models');
  const form = new FormData();
  form.set('metal', 'silver-925');
  form.set('model', new Blob([new Uint8Array(model.content)]), model.name);
  const { id, number } = await shop('/v1/orders', form);
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

  const stack = { postgres: servers.postgres.audit, kafka: servers.kafka.brokers, temporal: servers.temporal };
  for await (const { account, findings } of auditStack(stack, { orderIds: [id], limits: WORKING_LIMITS })) {
    expect(account.delays).toHaveLength(delays.length);
    expect(findings.filter(isDefect)).toEqual([]);
  }
});
