import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createIdentity, type TestIdentity, testServers } from '@bezel/local/testing';
import { orderConnection } from '@bezel/order-workflow/client';
import { dataConverterWith, readPayloadKeys } from '@bezel/order-workflow/codec';
import { uuidv7 } from '@bezel/outbox';
import { createHttpApp, log } from '@bezel/service';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { ADA, ANN, OLGA, type Person, PIA, PRICING, SAM } from '../testing/shop.ts';
import { codecDoor } from './codec-role.ts';
import type { WirePayload } from './wire-payloads.ts';

jest.setTimeout(60_000);

const UI = 'http://127.0.0.1:8233';
const given = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [old, now, foreign] = [given('old'), given('now'), given('foreign')];
const keys = readPayloadKeys(`${now},${old}`);

let identity: TestIdentity;
let app: Awaited<ReturnType<typeof createHttpApp>>;
let url: string;
beforeAll(async () => {
  identity = await createIdentity();
  const codec = { host: '127.0.0.1', port: 0, origins: [UI], payloadKeys: keys, tls: undefined };
  app = await createHttpApp(
    codecDoor({
      ...{ roles: ['codec'], instance: undefined, logLevel: 'info', otlpEndpoint: undefined },
      ...{ host: '127.0.0.1', metricsPort: 0, identity, codec },
    }),
  );
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app.close();
  await identity[Symbol.asyncDispose]();
});
afterEach(() => {
  jest.restoreAllMocks();
});

interface Asked {
  readonly as?: Person | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
}

async function ask(body: unknown, { as = OLGA, headers = {}, method = 'POST', path = '/decode' }: Asked = {}) {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(as === null ? {} : { authorization: `Bearer ${await identity.token(as)}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

const wire = (value: unknown, encoding = 'json/plain'): WirePayload => ({
  metadata: { encoding: Buffer.from(encoding).toString('base64') },
  data: Buffer.from(JSON.stringify(value)).toString('base64'),
});
const encrypted = async (value: unknown): Promise<WirePayload> =>
  (await ask({ payloads: [wire(value)] }, { as: ADA, path: '/encode' })).body.payloads[0];

/** The payloads that Temporal itself keeps of an order's workflow, as its JSON has them. */
async function keptByTemporal(by: string, order: object): Promise<WirePayload[]> {
  const { temporalAddress, temporalNamespace: namespace } = testServers();
  const connection = orderConnection({ address: temporalAddress });
  try {
    const client = new Client({ connection, namespace, dataConverter: dataConverterWith(readPayloadKeys(by)) });
    const [taskQueue, workflowId] = [`nobody-${uuidv7()}`, `order/${uuidv7()}`];
    const handle = await client.workflow.start('nobody', { taskQueue, workflowId, args: [{ order }] });
    await handle.signal('fact', { messageId: 'm', reason: 'she said no' });
    const history = JSON.parse(historyToJSON(await handle.fetchHistory()));
    await handle.terminate();
    const [started, signalled] = history.events.filter((event: object) => JSON.stringify(event).includes('"payloads"'));
    return [
      ...started.workflowExecutionStartedEventAttributes.input.payloads,
      ...signalled.workflowExecutionSignaledEventAttributes.input.payloads,
    ];
  } finally {
    await connection.close();
  }
}

const clearOf = ({ data }: WirePayload): unknown => JSON.parse(Buffer.from(data ?? '', 'base64').toString());

describe('what Temporal keeps of an order', () => {
  test.each([
    ['the key that encrypts now', now],
    ['one that was given before', old],
  ])('by %s is shown to who may read every order', async (_, by) => {
    const order = { orderId: uuidv7(), orderNumber: 'B-4711' };
    const kept = await keptByTemporal(by, order);
    expect(kept).toHaveLength(2);
    expect(JSON.stringify(kept)).not.toContain(Buffer.from('B-4711').toString('base64').slice(0, 6));
    for (const as of [OLGA, ADA]) {
      const { status, body } = await ask({ payloads: kept }, { as, path: '/decode?preserveStorageRefs=true' });
      expect(status).toBe(200);
      expect(body.payloads.map(clearOf)).toEqual([{ order }, { messageId: 'm', reason: 'she said no' }]);
      expect(body.payloads[0].metadata).toEqual(wire(0).metadata);
    }
  });

  test('what was never encrypted comes back as it was sent, whatever is in it, and in its place', async () => {
    const plain = { ...wire('clear'), externalPayloads: [{ sizeBytes: '7' }] };
    const secret = await encrypted('secret');
    const { body } = await ask({ payloads: [plain, secret, {}, { metadata: null, data: null }] });
    expect(body.payloads).toEqual([plain, wire('secret'), {}, { metadata: null, data: null }]);
    expect((await ask({ payloads: [] })).body).toEqual({ payloads: [] });
  });

  test('what an administrator sends by hand is encrypted with the first key', async () => {
    const secret = await encrypted({ reason: 'by hand' });
    expect(Buffer.from(secret.metadata?.['encryption-key-id'] ?? '', 'base64').toString()).toBe('now');
    expect(JSON.stringify(secret)).not.toContain(wire({ reason: 'by hand' }).data);
    expect((await ask({ payloads: [secret] })).body.payloads).toEqual([wire({ reason: 'by hand' })]);
  });
});

describe('who may ask', () => {
  test.each<[string, Person | null, number, number]>([
    ['an operator', OLGA, 200, 403],
    ['an administrator', ADA, 200, 200],
    ['sales', SAM, 403, 403],
    ['a customer', ANN, 403, 403],
    ['a partner', PIA, 403, 403],
    ['a service', PRICING, 403, 403],
    ['nobody', null, 401, 401],
  ])('%s: %#', async (_, as, decode, encode) => {
    const body = { payloads: [wire(1)] };
    expect((await ask(body, { as })).status).toBe(decode);
    expect((await ask(body, { as, path: '/encode' })).status).toBe(encode);
  });

  test('a token of somebody else’s, or for somebody else, is none', async () => {
    for (const wrong of [{ audience: 'other' }, { expiresIn: '-1m' }, { issuer: 'http://other' }]) {
      const authorization = `Bearer ${await identity.token({ ...OLGA, ...wrong })}`;
      expect((await ask({ payloads: [] }, { as: null, headers: { authorization } })).status).toBe(401);
    }
  });
});

describe('pages of a browser', () => {
  const preflight = (origin: string, path = '/decode') =>
    ask(undefined, {
      ...{ as: null, method: 'OPTIONS', path },
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,authorization-extras,content-type,x-namespace',
      },
    });

  test('the web UI may ask, and may read the answer, a refusal too', async () => {
    for (const path of ['/decode', '/encode']) {
      const { status, headers } = await preflight(UI, path);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([204, UI]);
      expect(headers.get('access-control-allow-methods')).toBe('POST');
      for (const name of ['authorization', 'authorization-extras', 'content-type', 'x-namespace']) {
        expect(headers.get('access-control-allow-headers')).toContain(name);
      }
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
    for (const as of [OLGA, ANN, null]) {
      const { headers } = await ask({ payloads: [] }, { as, headers: { origin: UI } });
      expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([UI, 'Origin']);
    }
  });

  test.each([
    'http://127.0.0.1:8234',
    'http://localhost:8233',
    'https://127.0.0.1:8233',
    'https://evil.example',
    'null',
  ])('a page of %s may not, even with a token that holds', async (origin) => {
    const asked = await preflight(origin);
    const told = await ask({ payloads: [wire(1)] }, { headers: { origin } });
    for (const { status, body, headers } of [asked, told]) {
      expect([status, body?.code]).toEqual([403, 'origin_forbidden']);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('bad input is a clear answer', () => {
  test('a key that is not here is named, and nothing of the others is told', async () => {
    const [unknown] = await keptByTemporal(foreign, { orderId: uuidv7() });
    const { status, body } = await ask({ payloads: [await encrypted('known'), unknown] });
    expect([status, body.code]).toEqual([422, 'payload_key_unknown']);
    expect(body.detail).toContain('"foreign"');
    expect(body.payloads).toBeUndefined();
  });

  test.each<[string, (secret: WirePayload) => WirePayload]>([
    ['cut off', (secret) => ({ ...secret, data: secret.data?.slice(0, 40) })],
    ['without data', ({ metadata }) => ({ metadata })],
    ['changed', (secret) => ({ ...secret, data: `AAAA${secret.data?.slice(4)}` })],
    [
      'under another key’s name',
      ({ metadata, data }) => ({ metadata: { ...metadata, 'encryption-key-id': 'b2xk' }, data }),
    ],
  ])('a payload that is %s is damaged', async (_, spoil) => {
    const answer = await ask({ payloads: [spoil(await encrypted('secret'))] });
    expect([answer.status, answer.body.code]).toEqual([422, 'payload_damaged']);
  });

  test('the name of a key is not told at any length', async () => {
    const name = Buffer.from('k'.repeat(100_000)).toString('base64');
    const { metadata, data } = await encrypted('secret');
    const { status, body } = await ask({ payloads: [{ metadata: { ...metadata, 'encryption-key-id': name }, data }] });
    expect(status).toBe(422);
    expect(body.detail.length).toBeLessThan(200);
  });

  test.each<[string, unknown, number, string]>([
    ['nothing', undefined, 400, 'invalid_request'],
    ['no JSON', 'payloads', 400, 'malformed_json'],
    ['a list', [], 400, 'invalid_request'],
    ['no payloads', {}, 400, 'invalid_request'],
    ['payloads that are none', { payloads: [1, null, 'x'] }, 400, 'invalid_request'],
    ['data that are no base64', { payloads: [{ data: '{"a":1}' }] }, 400, 'invalid_request'],
    ['data that are base64 and one letter', { payloads: [{ data: 'QUFBQ' }] }, 400, 'invalid_request'],
    ['metadata that are no text', { payloads: [{ metadata: { encoding: 7 } }] }, 400, 'invalid_request'],
    ['more payloads than any history’s page', { payloads: Array(2_001).fill({}) }, 400, 'invalid_request'],
    [
      'more bytes than two of the largest payloads',
      { payloads: [{ data: 'A'.repeat(6_000_000) }] },
      413,
      'body_too_large',
    ],
  ])('%s', async (_, body, status, code) => {
    for (const path of ['/decode', '/encode']) {
      expect(await ask(body, { as: ADA, path })).toMatchObject({ status, body: { code } });
    }
  });

  test('a payload of the largest size that Temporal takes is no problem', async () => {
    const large = 'x'.repeat(2_000_000);
    const { status, body } = await ask({ payloads: [await encrypted(large)] });
    expect([status, clearOf(body.payloads[0]) === large]).toEqual([200, true]);
  });

  test('nothing else is here', async () => {
    expect((await ask(undefined, { method: 'GET' })).status).toBe(405);
    for (const path of ['/', '/openapi.json', '/v1/orders', '/download']) {
      expect((await ask(undefined, { method: 'GET', path })).status).toBe(404);
    }
  });
});

describe('the audit line', () => {
  const linesOf = (level: 'info' | 'warn') => {
    const spy = jest.spyOn(log, level);
    return () => spy.mock.calls.map(([fields]) => fields as unknown as Record<string, unknown>);
  };

  test('says who saw what of which orders, and no word of it', async () => {
    const orderId = uuidv7();
    const payloads = [await encrypted({ order: { orderId, customerId: 'customer-4711' } }), await encrypted(null)];
    const lines = linesOf('info');
    await ask({ payloads }, { headers: { origin: UI, 'x-namespace': 'bezel' } });
    const told = lines().filter((line) => line['event.action'] === 'payloads-decoded');
    expect(told).toEqual([
      expect.objectContaining({
        ...{ 'user.id': 'olga', 'user.roles': ['operator'], 'bezel.namespace': 'bezel', 'bezel.origin': UI },
        ...{ 'bezel.payloads': 2, 'bezel.orders': [orderId], 'event.outcome': 'success' },
      }),
    ]);
    expect(JSON.stringify(told)).not.toContain('4711');
  });

  test('is there for who is refused, with a name where there is one', async () => {
    const lines = linesOf('warn');
    await ask({ payloads: [] }, { as: ANN });
    await ask({ payloads: [] }, { as: null });
    await ask({ payloads: [] }, { headers: { origin: 'https://evil.example' } });
    const refused = lines().filter((line) => line['event.action'] === 'payloads-refused');
    expect(refused).toMatchObject([
      { 'user.id': 'ann', 'http.response.status_code': 403 },
      { 'http.response.status_code': 401 },
      { 'bezel.origin': 'https://evil.example', 'http.response.status_code': 403 },
    ]);
    expect(refused[1]?.['user.id']).toBeUndefined();
  });
});
