import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type RepairClient, repairClient } from './repair-client.ts';
import { signedIn } from './sign-in.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';

/** What was asked, in order: of the provider `sign in`, of the door the token. */
let asked: string[];
/** How the door answers to a token. */
let statusOf: (token: string) => number;

/** An identity provider that answers another token each time, and the shop's door. */
const server = createServer((request, response) => {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.url === '/token') {
    asked.push('sign in');
    const token = `token-${asked.filter((one) => one === 'sign in').length}`;
    answer(200, { access_token: token, expires_in: 600 });
    return;
  }
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  asked.push(token);
  const status = statusOf(token);
  answer(status, status === 200 ? { items: [] } : {});
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  asked = [];
  statusOf = () => 200;
});

const client = (): RepairClient =>
  repairClient({
    ...{ shopUrl: url, eventAt: async () => undefined, asker: 'a test' },
    authorization: signedIn({ tokenUrl: `${url}/token`, clientId: 'admin', clientSecret: 'secret' }),
  });

test('a token is kept while the door accepts it, and another one is got when it does not', async () => {
  const repairs = client();
  await repairs.of(ORDER);
  await repairs.of(ORDER);
  expect(asked).toEqual(['sign in', 'token-1', 'token-1']);
  statusOf = (token) => (token === 'token-1' ? 401 : 200);
  await expect(repairs.of(ORDER)).resolves.toEqual([]);
  await repairs.of(ORDER);
  expect(asked.slice(3)).toEqual(['token-1', 'sign in', 'token-2', 'token-2']);
});

test('a door that accepts no token is asked twice, not for ever', async () => {
  statusOf = () => 401;
  await expect(client().of(ORDER)).rejects.toMatchObject({ code: 'http_401', retryable: false });
  expect(asked).toEqual(['sign in', 'token-1', 'sign in', 'token-2']);
});

test.each([
  [403, false],
  [429, true],
  [503, true],
])('a door that answers %d may be asked again: %s', async (status, retryable) => {
  statusOf = () => status;
  await expect(client().of(ORDER)).rejects.toMatchObject({ code: `http_${status}`, retryable });
  expect(asked).toEqual(['sign in', 'token-1']);
});
