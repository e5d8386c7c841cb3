import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { randomOf } from '../plan/random.ts';
import { DoorShutError, HttpClient } from './http-client.ts';
import { Tally } from './tally.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A door that answers with each of the given behaviours in turn, then with the last for ever. */
async function door(...answers: RequestListener[]): Promise<{ url: string; seen: Record<string, unknown>[] }> {
  const seen: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      seen.push({ key: request.headers['idempotency-key'], authorization: request.headers.authorization, body });
      (answers.length > 1 ? answers.shift() : answers[0])?.(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const answer =
  (status: number, body: unknown = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const breakOff: RequestListener = (request) => request.socket.destroy();

const client = (
  url: string,
  signal = new AbortController().signal,
  authorization?: (fresh: boolean) => Promise<string>,
) =>
  new HttpClient({
    urls: () => [url],
    random: randomOf('seed', 'http'),
    tally: new Tally(),
    signal,
    ...(authorization ? { authorization } : {}),
  });

const CALL = { method: 'POST', path: '/v1/things', idempotencyKey: 'key-1', json: { n: 1 } } as const;

describe('a client', () => {
  test('sends again with the same key and body while connections break and answers are 5xx or 429', async () => {
    const { url, seen } = await door(breakOff, answer(503), answer(429), answer(201, { id: 'a' }));
    expect(await client(url).send(CALL)).toEqual({ status: 201, body: { id: 'a' } });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(seen[0]).toMatchObject({ key: 'key-1', body: '{"n":1}' });
  });

  test.each([400, 404, 409, 413, 422])('takes %d for an answer', async (status) => {
    const { url, seen } = await door(answer(status, { code: 'no' }));
    expect(await client(url).send(CALL)).toEqual({ status, body: { code: 'no' } });
    expect(seen).toHaveLength(1);
  });

  test('signs in anew once when its token is refused, and not for ever', async () => {
    const asked: boolean[] = [];
    const authorization = async (fresh: boolean): Promise<string> => {
      asked.push(fresh);
      return fresh ? 'Bearer new' : 'Bearer old';
    };
    const { url, seen } = await door(answer(401), answer(200));
    const signal = new AbortController().signal;
    expect((await client(url, signal, authorization).send(CALL)).status).toBe(200);
    expect(seen.map((request) => request['authorization'])).toEqual(['Bearer old', 'Bearer new']);
    const shut = await door(answer(401));
    expect((await client(shut.url, signal, authorization).send(CALL)).status).toBe(401);
  });

  test('gives up when it is told to, and says what it met last', async () => {
    const { url } = await door(answer(503));
    const home = new AbortController();
    const sent = client(url, home.signal).send(CALL);
    setImmediate(() => home.abort());
    await expect(sent).rejects.toThrow(DoorShutError);
  });

  test('that double-clicks has the answer that came, when it leaves before the other', async () => {
    const home = new AbortController();
    const { url } = await door(answer(201, { id: 'a' }), () => home.abort());
    await expect(client(url, home.signal).sendTwice(CALL)).resolves.toEqual([{ status: 201, body: { id: 'a' } }]);
  });

  test('that double-clicks and leaves before any answer has none', async () => {
    const home = new AbortController();
    const { url } = await door(() => home.abort());
    await expect(client(url, home.signal).sendTwice(CALL)).rejects.toThrow(DoorShutError);
  });

  test('reads its form anew for each attempt', async () => {
    const { url, seen } = await door(answer(503), answer(201));
    const form = () => {
      const made = new FormData();
      made.set('metal', 'gold-585');
      return made;
    };
    await client(url).send({ method: 'POST', path: '/', form });
    expect(seen.map(({ body }) => String(body).includes('gold-585'))).toEqual([true, true]);
  });
});
