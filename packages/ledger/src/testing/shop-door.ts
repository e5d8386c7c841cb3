import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { AskedRepair } from '../repair/asking/repair-client.ts';

/** Something a door was asked. */
interface Knock {
  readonly key: string | undefined;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at parts of it
  readonly body: any;
}

const clientOf = (authorization = ''): string =>
  Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')[0] ?? '';

/** Whoever asks for what waits already is answered with that. */
const isWaiting = ({ kind, messageId, state }: AskedRepair, body: Knock['body']): boolean =>
  state === 'asked' && kind === body.kind && messageId === (body.messageId ?? null);

/** The shop's door for repairs and the identity provider, as far as they can be seen from outside. */
export async function openDoor() {
  const knocks: Knock[] = [];
  let repairs: AskedRepair[] = [];
  /** Answers by caller and key: a key is its caller's own. */
  const answered = new Map<string, AskedRepair>();
  const how = {
    refuses: null as { status: number; code: string } | null,
    carryOut: (async () => ({})) as (asked: AskedRepair) => Promise<Partial<AskedRepair>>,
    onList: () => {},
  };
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: object }> => {
    const { authorization, 'idempotency-key': key } = request.headers;
    if (request.url === '/token')
      return { status: 200, body: { access_token: clientOf(authorization), expires_in: 600 } };
    if (how.refuses !== null) {
      const { status, code } = how.refuses;
      return { status, body: { type: 'x', title: 'Forbidden', status, code, detail: 'this door is for: admin' } };
    }
    if (request.method === 'GET') {
      how.onList();
      return { status: 200, body: { items: repairs } };
    }
    const body = (await json(request)) as Knock['body'];
    knocks.push({ key: String(key), authorization, body });
    const known = answered.get(`${authorization} ${key}`) ?? repairs.find((repair) => isWaiting(repair, body));
    if (known !== undefined) return { status: 202, body: known };
    const asked: AskedRepair = {
      ...{
        id: randomUUID(),
        orderId: request.url?.split('/')[4] ?? '',
        kind: body.kind,
        messageId: body.messageId ?? null,
      },
      ...{ askedBy: 'ada', reason: body.reason, state: 'asked', outcome: null },
    };
    answered.set(`${authorization} ${key}`, asked);
    const place = repairs.push(asked) - 1;
    repairs[place] = { ...asked, ...(await how.carryOut(asked)) };
    return { status: 202, body: asked };
  };
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ how, knocks, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    forget() {
      knocks.length = 0;
      repairs = [];
      answered.clear();
      Object.assign(how, { refuses: null, carryOut: async () => ({}), onList: () => {} });
    },
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
