import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { peopleOf } from '../samples/people.ts';
import { sampleModels } from '../samples/run-samples.ts';
import type { StackFile } from '../stack/state/stack-file.ts';
import { type RunningStart, runStart, type StackState, temporaryStackState, waitFor } from '../testing/index.ts';

// The full server and its UI are built with Go, which takes minutes on a machine that has not done it before.
const full = process.env['BEZEL_TEST_FULL'] === '1';
const PATIENCE = 20 * 60_000;
const title = 'Temporal’s web UI on a stack with the full server';
const reason = 'runs in npm run test:full: building the server takes minutes';

(full ? describe : describe.skip)(full ? title : `${title} [skipped: ${reason}]`, () => {
  let state: StackState;
  let start: RunningStart;
  let stack: StackFile;
  beforeAll(async () => {
    state = temporaryStackState();
    start = runStart(state.path, { args: ['--empty'], env: { BEZEL_TEMPORAL: 'server' } });
    stack = await start.ready;
  }, PATIENCE);
  afterAll(async () => {
    await start[Symbol.asyncDispose]();
    await state[Symbol.asyncDispose]();
  }, PATIENCE);

  const ui = (): string => stack.urls.temporal ?? '';

  /** Follows redirects as a browser does, with its cookies; `account` fills in the form of the sign-in. */
  async function signIn(account: string): Promise<{ AccessToken: string; IDToken: string }> {
    const cookies = new Map<string, Map<string, string>>();
    let [url, form]: [string, URLSearchParams | null] = [`${ui()}/auth/sso`, null];
    for (let step = 0; step < 12; step++) {
      const jar = cookies.get(new URL(url).origin) ?? new Map<string, string>();
      cookies.set(new URL(url).origin, jar);
      const answer: Response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
        ...(form === null ? {} : { method: 'POST', body: form }),
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = (cookie.split(';', 1)[0] ?? '').split(/=(.*)/s);
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      const user = cookies.get(ui())?.get('user0');
      if (user !== undefined) return JSON.parse(Buffer.from(user, 'base64').toString());
      const location = answer.headers.get('location');
      form = location === null ? new URLSearchParams({ account, password: account }) : null;
      url = location === null ? url : new URL(location, url).href;
    }
    throw new Error('the sign-in does not end');
  }

  /** Asks the codec server as the UI's page does, trusting its certificate as its user did. */
  const decode = (endpoint: string, payloads: unknown, { AccessToken, IDToken }: Awaited<ReturnType<typeof signIn>>) =>
    new Promise<{ status: number; body: { payloads: { data: string }[] } }>((resolve, reject) => {
      const asked = request(
        `${endpoint}/decode?preserveStorageRefs=true`,
        {
          method: 'POST',
          ca: readFileSync(join(state.path, 'codec-server', 'cert.pem')),
          headers: {
            ...{ origin: ui(), 'content-type': 'application/json', 'x-namespace': 'bezel' },
            ...{ authorization: `Bearer ${AccessToken}`, 'authorization-extras': IDToken },
          },
        },
        (answer) => {
          answer
            .toArray()
            .then((chunks) => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(chunks.join('')) }), reject);
        },
      );
      asked.on('error', reject).end(JSON.stringify({ payloads }));
    });

  test('shows an operator what an order was started with, and a customer nothing', async () => {
    const [model] = sampleModels();
    if (model === undefined) throw new Error('there are no sample models');
    const { id } = await (await peopleOf(stack, AbortSignal.timeout(60_000))).submit(model, 'silver-925');
    const { address, namespace } = stack.servers.temporal;
    const connection = await Connection.connect({ address });
    const handle = new Client({ connection, namespace }).workflow.getHandle(`order/${id}`);
    const history = await waitFor('the workflow', () => handle.fetchHistory(), { deadlineMs: 30_000 });
    await connection.close();
    const { payloads } = JSON.parse(historyToJSON(history)).events[0].workflowExecutionStartedEventAttributes.input;
    expect(JSON.stringify(payloads)).toContain(Buffer.from('binary/encrypted').toString('base64'));

    const operator = await signIn('operator');
    const headers = { authorization: `Bearer ${operator.AccessToken}`, 'authorization-extras': operator.IDToken };
    const settings = (await (await fetch(`${ui()}/api/v1/settings`, { headers })).json()) as {
      readonly Codec: { readonly Endpoint: string };
    };
    expect(settings).toMatchObject({ Auth: { Enabled: true }, Codec: { PassAccessToken: true } });
    const { Endpoint: endpoint } = settings.Codec;
    expect(endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/); // to nothing but HTTPS does the UI pass a token
    const shown = await decode(endpoint, payloads, operator);
    expect(shown.status).toBe(200);
    expect(Buffer.from(shown.body.payloads[0]?.data ?? '', 'base64').toString()).toContain(`"orderId":"${id}"`);
    expect((await decode(endpoint, payloads, await signIn('customer'))).status).toBe(403);
    expect((await fetch(`${ui()}/api/v1/namespaces/bezel/workflows`)).status).toBe(401);

    const log = readFileSync(join(state.path, 'logs', 'shop-codec.log'), 'utf8');
    const lines = log.split('\n').filter((line) => line.includes('"event.action":"payloads-'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { 'event.action': 'payloads-decoded', 'user.id': 'operator', 'bezel.orders': [id] },
      { 'event.action': 'payloads-refused', 'user.id': 'customer' },
    ]);
    expect(log).not.toContain(operator.AccessToken);
  }, 180_000);
});
