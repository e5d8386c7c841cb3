import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CHECKOUT, type StackWithoutApps } from '@bezel/local/bench';
import { Webhook } from 'standardwebhooks';

/** What a measured order is made of; its model was uploaded before. */
export interface Specification {
  readonly metal: 'silver-925';
  readonly finish: 'polished';
  readonly stones: number;
  readonly modelSha256: string;
}

/**
 * What customers, operators and couriers do at the doors of the shop and the MES, with a token and a key of their own. Who
 * is answered that the door is too busy (503) sends the same again, as a client should.
 */
export interface Doors {
  /** How often a door was too busy so far. */
  refusals(): number;
  uploadModel(): Promise<string>;
  /** Answers the order's id. */
  submit(order: Specification): Promise<string>;
  accept(orderId: string, offerId: string): Promise<void>;
  step(workOrderId: string, step: 'claim' | 'start' | 'complete' | 'pack' | 'ship'): Promise<void>;
  deliver(orderId: string): Promise<void>;
}

/** A door answered something else than it should. */
export class DoorAnswerError extends Error {
  readonly code = 'DOOR_ANSWER';

  constructor(what: string, status: number, body: string) {
    super(`${what} answers ${status}: ${body}`);
    this.name = 'DoorAnswerError';
  }
}

const BUSY = 503;
const AGAIN_MS = 200;
const MODEL = join(CHECKOUT, 'infra', 'local', 'samples', 'signet-ring.stl');

export async function openDoors({ context, clients }: StackWithoutApps): Promise<Doors> {
  const { doors, identity, courierWebhookSecret } = context;
  const shop = `http://127.0.0.1:${doors.shop}`;
  const mes = `http://127.0.0.1:${doors.mes}`;
  const [customer, operator] = await Promise.all([
    tokenOf(identity.token, clients.customer),
    tokenOf(identity.token, clients.operator),
  ]);
  const webhook = new Webhook(courierWebhookSecret);
  let refused = 0;
  const json = { 'content-type': 'application/json' };

  async function post(url: string, headers: Record<string, string>, body: string | FormData): Promise<unknown> {
    for (;;) {
      const response = await fetch(url, { method: 'POST', headers, body });
      const text = await response.text();
      if (response.ok) return JSON.parse(text);
      if (response.status !== BUSY) throw new DoorAnswerError(`POST ${url}`, response.status, text);
      refused += 1;
      await delay(AGAIN_MS);
    }
  }
  const asCustomer = () => ({ authorization: customer, 'idempotency-key': randomUUID() });

  return {
    refusals: () => refused,
    async uploadModel() {
      const form = new FormData();
      form.set('model', new Blob([new Uint8Array(await readFile(MODEL))], { type: 'model/stl' }), basename(MODEL));
      const { sha256 } = (await post(`${shop}/v1/models`, asCustomer(), form)) as { sha256: string };
      return sha256;
    },
    async submit(order) {
      const headers = { ...asCustomer(), ...json };
      const { id } = (await post(`${shop}/v1/orders`, headers, JSON.stringify(order))) as { id: string };
      return id;
    },
    async accept(orderId, offerId) {
      const headers = { ...asCustomer(), ...json };
      await post(`${shop}/v1/orders/${orderId}/accept`, headers, JSON.stringify({ offerId }));
    },
    async step(workOrderId, step) {
      const headers = { authorization: operator, 'idempotency-key': randomUUID(), ...json };
      await post(`${mes}/v1/work-orders/${workOrderId}/${step}`, headers, '{}');
    },
    async deliver(orderId) {
      const now = new Date();
      const id = `msg_${orderId}`;
      const body = JSON.stringify({ type: 'parcel.delivered', data: { orderId, at: now.toISOString() } });
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': webhook.sign(id, now, body),
      };
      await post(`${shop}/v1/courier-events`, { ...json, ...headers }, body);
    },
  };
}

/** A token by the client-credentials grant, as the Authorization header carries it. It outlives any measurement. */
async function tokenOf(
  url: string,
  { clientId, clientSecret }: StackWithoutApps['clients']['customer'],
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const text = await response.text();
  if (!response.ok) throw new DoorAnswerError(url, response.status, text);
  return `Bearer ${(JSON.parse(text) as { access_token: string }).access_token}`;
}
