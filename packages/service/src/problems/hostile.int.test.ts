import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { startNotes } from '../../examples/notes/notes.ts';
import { type Listener, listen } from '../http/index.ts';

let notes: Awaited<ReturnType<typeof startNotes>>;
let listener: Listener;
let authorization: string;
beforeAll(async () => {
  notes = await startNotes();
  listener = await listen(notes.app, '127.0.0.1', 0);
  authorization = await notes.bearer(['admin']);
});
afterAll(async () => {
  await listener.close();
  await notes[Symbol.asyncDispose]();
});

const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
  const response = await fetch(`${listener.url}/v1/notes`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.json() };
};

/** Sends bytes as they are and reads until the server closes. */
async function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(listener.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.end(bytes);
  await once(socket, 'close');
  return answer;
}

describe('hostile requests', () => {
  test.each([
    ['nested deeper than anyone reads', () => `{"text":"x","junk":${'['.repeat(4_900)}${']'.repeat(4_900)}}`],
    ['nested objects', () => `{"text":"x","junk":${'{"a":'.repeat(1_600)}1${'}'.repeat(1_600)}}`],
  ])('JSON %s is no 500, with a key and without', async (_what, body) => {
    expect((await post(body())).status).toBeLessThan(500);
    expect((await post(body(), { 'idempotency-key': randomUUID() })).status).toBeLessThan(500);
  });

  test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number]>([
    ['a lone string', '"x"', {}, 400],
    ['null', 'null', {}, 400],
    ['an array', '[]', {}, 400],
    ['nothing', '', {}, 400],
    ['__proto__', '{"text":"x","__proto__":{"admin":true}}', {}, 201],
    ['a broken gzip', 'not gzip', { 'content-encoding': 'gzip' }, 400],
    ['a gzip bomb', new Uint8Array(gzipSync(Buffer.alloc(5_000_000, ' '))), { 'content-encoding': 'gzip' }, 413],
    ['an unknown encoding', '{}', { 'content-encoding': 'zip' }, 415],
    ['an unknown charset', '{}', { 'content-type': 'application/json; charset=nonsense' }, 415],
    ['no content type', '{"text":"x"}', { 'content-type': '' }, 415],
    ['half a surrogate pair', '{"text":"\\ud800"}', {}, 201],
  ])('a body of %s gets its own answer', async (_what, body, headers, status) => {
    const response = await post(body, headers);
    expect({ status: response.status, body: response.body }).toMatchObject({ status });
  });

  test.each([
    '?limit=1&limit=2',
    '?cursor[]=a',
    '?limit=%00',
    '?limit=1e3',
    '?cursor=%F0%28',
    `?cursor=${'x'.repeat(600)}`,
  ])('the query %s is a 400 or harmless', async (query) => {
    const { status } = await request(listener.url).get(`/v1/notes${query}`).set({ authorization });
    expect([200, 400]).toContain(status);
  });

  test('two contradicting lengths, a header too large and a body cut short are refused or dropped', async () => {
    expect(await raw('POST /v1/notes HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx')).toMatch(
      /^HTTP\/1.1 400 Bad Request\r\n.*application\/problem\+json.*"code":"malformed_request"/s,
    );
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 .*application\/problem\+json.*"code":"headers_too_large"/s,
    );
    expect(
      await raw('POST /v1/notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{'),
    ).not.toMatch(/ 5\d\d /);
    expect((await request(listener.url).get('/v1/open/hello')).status).toBe(200);
  });

  test('the answer to a request refused before its body was read arrives, however large the body is', async () => {
    const body = new Uint8Array(20_000_000).fill(0x20);
    for (let time = 0; time < 5; time++) {
      const response = await fetch(`${listener.url}/v1/notes`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body,
      });
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated' },
      });
    }
  });
});
