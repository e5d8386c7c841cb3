import { createHash } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ANN, BEN, type Person, PIA, PRICING, type Shop, startShop } from '../testing/shop.ts';
import { binaryStl, bulkyStl, cube } from '../testing/stl-samples.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function formWith(model: Buffer, name = 'ring.stl'): FormData {
  const form = new FormData();
  form.set('model', new Blob([new Uint8Array(model)]), name);
  return form;
}

async function fetched(hash: string, as: Person = PRICING): Promise<Uint8Array> {
  const response = await fetch(`${shop.urls.customers}/v1/models/${hash}`, {
    headers: { authorization: `Bearer ${await shop.identity.token(as)}` },
  });
  expect(response.headers.get('content-type')).toBe('model/stl');
  return new Uint8Array(await response.arrayBuffer());
}

test('a model comes back byte by byte, whatever the size of its last piece', async () => {
  // 84 + 50 n bytes: one piece, exactly on a border is impossible, so just below and just above it, and many.
  for (const triangles of [1, 20_969, 20_970, 20_971, 100_000]) {
    const model = bulkyStl(triangles);
    const { body } = await shop.post<{ sha256: string; bytes: number }>('/v1/models', formWith(model));
    expect(body).toMatchObject({ sha256: sha256(model), bytes: model.length });
    expect(sha256(await fetched(body.sha256))).toBe(sha256(model));
  }
});

test('is stored once for all who upload it, each with their own name for it', async () => {
  const model = binaryStl(cube(21));
  const before = await shop.rowCounts();
  await Promise.all([
    shop.post('/v1/models', formWith(model, 'a.stl'), { as: ANN }),
    shop.post('/v1/models', formWith(model, 'b.stl'), { as: BEN }),
    shop.post('/v1/models', formWith(model, 'c.stl'), { as: PIA, door: 'partners' }),
  ]);
  const after = await shop.rowCounts();
  expect([after['models'], after['pieces'], after['uploads']]).toEqual(
    [before['models'], before['pieces'], before['uploads']].map(
      (count, index) => Number(count) + (index === 2 ? 3 : 1),
    ),
  );
  const order = { metal: 'gold-585', modelSha256: sha256(model) };
  expect(await shop.post('/v1/orders', order, { as: BEN })).toMatchObject({ body: { model: { fileName: 'b.stl' } } });
});

test('the same upload with one key gives the same answer', async () => {
  const headers = { 'idempotency-key': 'upload-1' };
  const upload = () => shop.post('/v1/models', formWith(binaryStl(cube(22))), { headers });
  const first = await upload();
  const second = await upload();
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('location')).toBe(first.headers.get('location'));
  expect(second.headers.get('idempotency-replayed')).toBe('true');
});

describe('who may fetch', () => {
  test.each<[string, Person, number]>([
    ['pricing', PRICING, 200],
    ['a customer, even their own', ANN, 403],
    ['a partner', PIA, 403],
  ])('%s', async (_, as, status) => {
    const model = binaryStl(cube(23));
    await shop.post('/v1/models', formWith(model));
    expect((await shop.ask(`/v1/models/${sha256(model)}`, { as })).status).toBe(status);
  });

  test.each([
    ['a'.repeat(64), 404, 'model_not_found'],
    ['A'.repeat(64), 400, 'invalid_request'],
    ['..%2f..%2fetc', 400, 'invalid_request'],
  ])('%s: %i', async (hash, status, code) => {
    expect(await shop.ask(`/v1/models/${hash}`, { as: PRICING })).toMatchObject({ status, body: { code } });
  });
});

test('a reader that goes away in the middle leaves no connection busy', async () => {
  const model = bulkyStl(600_000);
  const { body } = await shop.post<{ sha256: string }>('/v1/models', formWith(model));
  const given = new AbortController();
  const response = await fetch(`${shop.urls.customers}/v1/models/${body.sha256}`, {
    headers: { authorization: `Bearer ${await shop.identity.token(PRICING)}` },
    signal: given.signal,
  });
  await response.body?.getReader().read();
  given.abort();
  const { pool } = shop.database;
  await waitFor('all connections idle', () => pool.totalCount === pool.idleCount && pool.waitingCount === 0);
});

test('senders that stop in the middle hold no connection: others are served', async () => {
  const stuck: AbortController[] = [];
  const token = await shop.identity.token(ANN);
  const opened = Array.from({ length: 15 }, () => {
    const controller = new AbortController();
    stuck.push(controller);
    const body = new ReadableStream({
      start: (sender) =>
        sender.enqueue(
          Buffer.from('--b\r\ncontent-disposition: form-data; name="model"; filename="a.stl"\r\n\r\nsolid x\n'),
        ),
    });
    return fetch(`${shop.urls.customers}/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' },
      body,
      duplex: 'half',
      signal: controller.signal,
    } as RequestInit).catch(() => 'given up');
  });
  expect((await shop.submitted()).status).toBe('SUBMITTED');
  for (const controller of stuck) controller.abort();
  expect(await Promise.all(opened)).toEqual(Array(15).fill('given up'));
});
