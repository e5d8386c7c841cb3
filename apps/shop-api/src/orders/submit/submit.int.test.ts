import { createHash } from 'node:crypto';
import type { OrderResource } from '@bezel/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ADA, ANN, BEN, orderForm, PIA, PRICING, type Shop, startShop } from '../../testing/shop.ts';
import { asciiStl, binaryStl, bulkyStl, cube } from '../../testing/stl-samples.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (file: Buffer | string) => new Uint8Array(Buffer.from(file));

describe('an order with its model', () => {
  test('is stored with its history and its event, in one transaction', async () => {
    const model = bytesOf(binaryStl(cube(11)));
    const { status, headers, body } = await shop.post<OrderResource>(
      '/v1/orders',
      orderForm({ metal: 'silver-925', finish: 'hammered', stones: '3' }, model),
    );
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/orders/${body.id}`);
    expect(body).toMatchObject({
      number: expect.stringMatching(/^B-20\d\d-\d{6}$/),
      tenant: 'public',
      customerId: 'ann',
      channel: 'shop',
      status: 'SUBMITTED',
      model: { sha256: sha256(model), fileName: 'ring.stl', bytes: model.length },
      metal: 'silver-925',
      finish: 'hammered',
      stones: 3,
      offer: null,
      reason: null,
    });
    const messages = await shop.messages(body.id);
    expect(messages).toMatchObject([
      {
        type: 'shop.order-submitted',
        data: { orderId: body.id, orderNumber: body.number, submittedAt: body.submittedAt },
      },
    ]);
    const { rows } = await shop.database.pool.query(
      'SELECT seq, from_status, to_status, xmin::text FROM order_history WHERE order_id = $1',
      [body.id],
    );
    const order = await shop.database.pool.query('SELECT xmin::text FROM orders WHERE id = $1', [body.id]);
    const message = await shop.database.pool.query('SELECT xmin::text FROM outbox.message WHERE key = $1', [body.id]);
    expect(rows).toEqual([{ seq: 0, from_status: null, to_status: 'SUBMITTED', xmin: order.rows[0].xmin }]);
    expect(message.rows[0].xmin).toBe(order.rows[0].xmin);
  });

  test('finish and stones have defaults', async () => {
    expect(await shop.submitted()).toMatchObject({ finish: 'polished', stones: 0 });
  });

  test('an ASCII model is as good', async () => {
    const form = orderForm({ metal: 'gold-750' }, bytesOf(asciiStl(cube())));
    expect((await shop.post('/v1/orders', form)).status).toBe(201);
  });

  test('the bytes come back as they were sent, also in several pieces', async () => {
    const model = bytesOf(bulkyStl(60_000));
    const { body } = await shop.post<OrderResource>('/v1/orders', orderForm({ metal: 'gold-585' }, model));
    const response = await fetch(`${shop.urls.customers}/v1/models/${body.model.sha256}`, {
      headers: { authorization: `Bearer ${await shop.identity.token(PRICING)}` },
    });
    expect(response.headers.get('content-length')).toBe(String(model.length));
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(model));
  });

  test('a name in any language stays', async () => {
    const form = orderForm({ metal: 'gold-585' }, null);
    form.set('model', new Blob([bytesOf(binaryStl(cube()))]), 'Ring für Zoë 💍.stl');
    const { body } = await shop.post<OrderResource>('/v1/orders', form);
    expect(body.model.fileName).toBe('Ring für Zoë 💍.stl');
  });

  test('the same model in many orders at a time is stored once', async () => {
    const model = bytesOf(bulkyStl(30_000));
    const before = await shop.rowCounts();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => shop.post('/v1/orders', orderForm({ metal: 'gold-585' }, model))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    const after = await shop.rowCounts();
    expect(after['models']).toBe(Number(before['models']) + 1);
    expect(after['pieces']).toBe(Number(before['pieces']) + 2);
    expect(after['orders']).toBe(Number(before['orders']) + 8);
  });
});

describe('an order that names an uploaded model', () => {
  test('is taken from whoever uploaded it, and from nobody else', async () => {
    const form = new FormData();
    form.set('model', new Blob([bytesOf(binaryStl(cube(12)))]), 'mine.stl');
    const uploaded = await shop.post<{ sha256: string }>('/v1/models', form);
    expect(uploaded).toMatchObject({ status: 201, body: { fileName: 'mine.stl', bytes: 684 } });
    const order = { metal: 'gold-585', modelSha256: uploaded.body.sha256 };
    const mine = await shop.post<OrderResource>('/v1/orders', order);
    expect(mine).toMatchObject({ status: 201, body: { model: uploaded.body } });
    const before = await shop.rowCounts();
    expect(await shop.post('/v1/orders', order, { as: BEN })).toMatchObject({
      status: 422,
      body: { code: 'model_unknown' },
    });
    expect(await shop.rowCounts()).toEqual(before);
  });
});

describe('the same request again', () => {
  test('with one key is one order, also when they race', async () => {
    const before = await shop.rowCounts();
    const headers = { 'idempotency-key': 'race-1' };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => shop.post<OrderResource>('/v1/orders', orderForm(), { headers })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(new Set(answers.map(({ headers: { get: _ }, body }) => body.number)).size).toBe(1);
    expect((await shop.rowCounts())['orders']).toBe(Number(before['orders']) + 1);
    expect((await shop.rowCounts())['messages']).toBe(Number(before['messages']) + 1);
  });

  test('with one key and another model or another choice is refused', async () => {
    const headers = { 'idempotency-key': 'reused-1' };
    await shop.submitted({ headers });
    const before = await shop.rowCounts();
    const otherModel = orderForm({ metal: 'gold-585' }, bytesOf(binaryStl(cube(77))));
    for (const form of [otherModel, orderForm({ metal: 'gold-750' })]) {
      const answer = await shop.post('/v1/orders', form, { headers });
      expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
    }
    expect(await shop.rowCounts()).toEqual(before);
  });

  test('without a key is another order', async () => {
    const [one, two] = [await shop.submitted(), await shop.submitted()];
    expect(one.id).not.toBe(two.id);
    expect(one.number).not.toBe(two.number);
  });
});

describe('bad input is a clear 4xx and leaves nothing behind', () => {
  const cut = binaryStl(cube()).subarray(0, 400);
  const notFinite = binaryStl(cube());
  notFinite.writeFloatLE(Number.NaN, 96);
  const model = binaryStl(cube(55));
  const gold = { metal: 'gold-585' };
  const twoFiles = () => {
    const form = orderForm(gold, bytesOf(model));
    form.append('model', new Blob([bytesOf(model)]), 'second.stl');
    return form;
  };
  const misnamed = () => {
    const form = orderForm(gold, null);
    form.set('file', new Blob([bytesOf(model)]), 'ring.stl');
    return form;
  };
  const known = 'a'.repeat(64);

  test.each<[string, () => unknown, number, string, Record<string, string>?]>([
    ['an empty model', () => orderForm(gold, bytesOf('')), 422, 'model_empty'],
    ['a sentence', () => orderForm(gold, bytesOf('I am a ring')), 422, 'model_not_stl'],
    ['a cut-off model', () => orderForm(gold, bytesOf(cut)), 422, 'model_truncated'],
    ['a model with NaN', () => orderForm(gold, bytesOf(notFinite)), 422, 'model_coordinates_invalid'],
    ['a model over 50 MB', () => orderForm(gold, new Uint8Array(50 * 1024 * 1024 + 1)), 413, 'model_too_large'],
    ['no model', () => orderForm(gold, null), 400, 'model_missing'],
    ['two models', twoFiles, 400, 'malformed_multipart'],
    ['a model in another field', misnamed, 400, 'malformed_multipart'],
    ['no metal', () => orderForm({}, bytesOf(model)), 400, 'invalid_request'],
    ['an unknown metal', () => orderForm({ metal: 'tin' }, bytesOf(model)), 400, 'invalid_request'],
    ['an unknown finish', () => orderForm({ ...gold, finish: 'matte' }, bytesOf(model)), 400, 'invalid_request'],
    ['too many stones', () => orderForm({ ...gold, stones: '201' }, bytesOf(model)), 400, 'invalid_request'],
    ['half a stone', () => orderForm({ ...gold, stones: '1.5' }, bytesOf(model)), 400, 'invalid_request'],
    [
      'a list of four billion stones',
      () => orderForm({ ...gold, 'stones[4294967294]': '5' }, bytesOf(model)),
      400,
      'invalid_request',
    ],
    ['stones in words', () => orderForm({ ...gold, stones: 'three' }, bytesOf(model)), 400, 'invalid_request'],
    ['a field nobody knows', () => orderForm({ ...gold, stone: '3' }, bytesOf(model)), 400, 'invalid_request'],
    [
      'a field of a megabyte',
      () => orderForm({ ...gold, metal: 'x'.repeat(1e6) }, bytesOf(model)),
      400,
      'malformed_multipart',
    ],
    [
      'a form that ends in the middle',
      () => '--b\r\ncontent-disposition: form-data; name="metal"\r\n\r\ngold',
      400,
      'malformed_multipart',
      { 'content-type': 'multipart/form-data; boundary=b' },
    ],
    ['a form without a boundary', () => 'x', 400, 'malformed_multipart', { 'content-type': 'multipart/form-data' }],
    ['JSON cut off', () => '{"metal": "gold', 400, 'malformed_json', { 'content-type': 'application/json' }],
    ['JSON that is a list', () => [], 400, 'invalid_request'],
    ['JSON without a model', () => gold, 400, 'invalid_request'],
    ['JSON with a broken hash', () => ({ ...gold, modelSha256: 'XYZ' }), 400, 'invalid_request'],
    ['JSON with an unknown model', () => ({ ...gold, modelSha256: known }), 422, 'model_unknown'],
    ['JSON with U+0000', () => ({ metal: 'gold\u0000', modelSha256: known }), 400, 'invalid_request'],
    ['too much JSON', () => ({ ...gold, modelSha256: 'a'.repeat(200_000) }), 413, 'body_too_large'],
    [
      'another media type',
      () => 'metal=gold-585',
      415,
      'unsupported_media_type',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['no body at all', () => undefined, 400, 'invalid_request'],
    [
      'an idempotency key that is none',
      () => orderForm(gold, bytesOf(model)),
      400,
      'idempotency_key_invalid',
      { 'idempotency-key': 'a b' },
    ],
  ])('%s', async (_, body, status, code, headers = {}) => {
    const before = await shop.rowCounts();
    const answer = await shop.post('/v1/orders', body(), { headers });
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await shop.rowCounts()).toEqual(before);
  });

  test('exactly 50 MB is taken', async () => {
    const exact = bytesOf(
      Buffer.concat([
        Buffer.from(`solid ${' '.repeat(50 * 1024 * 1024 - 6 - asciiStl(cube()).length + 6)}`),
        Buffer.from(asciiStl(cube()).slice(6)),
      ]),
    );
    expect(exact.length).toBe(50 * 1024 * 1024);
    expect((await shop.post('/v1/orders', orderForm(gold, exact))).status).toBe(201);
  });

  test('an upload that breaks off leaves nothing behind', async () => {
    const before = await shop.rowCounts();
    const breaking = new ReadableStream({
      start(controller) {
        controller.enqueue(
          Buffer.from('--b\r\ncontent-disposition: form-data; name="model"; filename="a.stl"\r\n\r\nsolid'),
        );
        controller.error(new Error('the line went dead'));
      },
    });
    const request = fetch(`${shop.urls.customers}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await shop.identity.token(ANN)}`,
        'content-type': 'multipart/form-data; boundary=b',
      },
      body: breaking,
      duplex: 'half',
    } as RequestInit);
    await expect(request).rejects.toThrow();
    await shop.submitted();
    expect((await shop.rowCounts())['models']).toBe(before['models']);
  });
});

describe('who may order', () => {
  test.each([
    ['nobody', undefined, 401],
    ['pricing', PRICING, 403],
    ["a partner, at the customers' door", PIA, 403],
    ['an administrator', ADA, 201],
  ])('%s', async (_, as, status) => {
    const asked = as === undefined ? { headers: {} } : { as };
    const answer = await shop.ask('/v1/orders', { ...asked, method: 'POST', body: orderForm() });
    expect(answer.status).toBe(status);
  });
});
