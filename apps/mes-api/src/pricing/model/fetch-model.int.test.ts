import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CLIENT, type ShopDouble, startShopDouble } from '../../testing/shop-double.ts';
import { AccessTokens } from './access-token.ts';
import { fetchModel } from './fetch-model.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let shop: ShopDouble;
beforeEach(async () => {
  shop = await startShopDouble();
});
afterEach(async () => shop[Symbol.asyncDispose]());

const source = (clientSecret = CLIENT.clientSecret) => ({
  shopUrl: shop.url,
  tokens: new AccessTokens({ tokenUrl: shop.tokenUrl, clientId: CLIENT.clientId, clientSecret }),
});
const { signal } = new AbortController();
const bytes = (length: number): Uint8Array => new Uint8Array(length).map((_, at) => at % 251);

describe('fetching a model', () => {
  test('brings its bytes, with one token for many', async () => {
    const model = shop.store(bytes(1_000_000));
    const from = source();
    const files = await Promise.all([1, 2, 3].map(() => fetchModel(from, model, signal)));
    expect(files.every((file) => Buffer.from(file).equals(bytes(1_000_000)))).toBe(true);
    expect(shop.asked).toEqual({ tokens: 1, models: 3 });
  });

  test('a refused token is replaced at the next try', async () => {
    const model = shop.store(bytes(10));
    const from = source();
    await fetchModel(from, model, signal);
    shop.revoke();
    await expect(fetchModel(from, model, signal)).rejects.toThrow(/answered 401/);
    await fetchModel(from, model, signal);
    expect(shop.asked.tokens).toBe(2);
  });

  test('a wrong secret says so, and is asked again next time', async () => {
    const model = shop.store(bytes(10));
    const from = source('wrong');
    await expect(fetchModel(from, model, signal)).rejects.toThrow(/answered 401 to client service: .*invalid_client/);
    await expect(fetchModel(from, model, signal)).rejects.toThrow(/invalid_client/);
    expect(shop.asked).toEqual({ tokens: 2, models: 0 });
  });

  test('a token is replaced shortly before it expires', async () => {
    await using short = await startShopDouble({ expiresIn: 20 });
    const tokens = new AccessTokens({ tokenUrl: short.tokenUrl, ...CLIENT });
    expect([await tokens.get(), await tokens.get()]).toEqual(['token-1', 'token-2']);
  });

  test.each([
    ['other bytes of the same length', (length: number) => new Uint8Array(length)],
    ['too few bytes', (length: number) => bytes(length - 1)],
    ['too many bytes', (length: number) => bytes(length + 1)],
  ])('%s are not the model', async (_name, wrong) => {
    const model = shop.store(bytes(1_000));
    shop.instead((_request, response) => response.end(wrong(model.bytes)));
    await expect(fetchModel(source(), model, signal)).rejects.toThrow(new RegExp(model.sha256));
  });

  test('an unknown model is a fault to try again, not an outcome', async () => {
    const model = { sha256: 'f'.repeat(64), fileName: 'x.stl', bytes: 1 };
    await expect(fetchModel(source(), model, signal)).rejects.toThrow(/answered 404 .*model_not_found/);
  });

  test('a broken connection is a fault', async () => {
    const model = shop.store(bytes(1_000));
    shop.instead((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(bytes(500), () => response.destroy());
    });
    await expect(fetchModel(source(), model, signal)).rejects.toThrow();
  });

  test('ends when it is cancelled, and so does the request', async () => {
    const model = shop.store(bytes(1_000));
    const cancel = new AbortController();
    const closed = new Promise<void>((resolve) => {
      shop.instead((request, response) => {
        request.once('close', resolve);
        response.writeHead(200).write(bytes(500), () => cancel.abort(new Error('not wanted any more')));
      });
    });
    await expect(fetchModel(source(), model, cancel.signal)).rejects.toThrow('not wanted any more');
    await closed;
  });
});
