import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { ClientName, StackFile } from '../stack/state/stack-file.ts';
import { ask } from './door.ts';

/** What the samples need of an order. */
export interface SampleOrder {
  readonly id: string;
  readonly number: string;
}

/** One entry of an order's history, as the shop shows it. */
export interface HistoryEntry {
  readonly kind: 'moved' | 'refused';
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly at: string;
}

/** What an operator does next with a work order in a status. */
const NEXT_STEP: Readonly<Record<string, string>> = {
  OPEN: 'claim',
  CLAIMED: 'start',
  STARTED: 'complete',
  COMPLETED: 'pack',
  PACKED: 'ship',
};

/** A customer, an operator and a courier, each through their own door and with their own credentials. */
export interface People {
  submit(model: { readonly name: string; readonly content: Buffer }, metal: string): Promise<SampleOrder>;
  history(orderId: string): Promise<readonly HistoryEntry[]>;
  /** Accepts the offer as it stands. */
  accept(orderId: string): Promise<void>;
  /** Takes the next step of the order's work order, if there is one to take. */
  work(orderId: string): Promise<void>;
  deliver(orderId: string): Promise<void>;
}

/** Signs in and answers with the people of a running stack. */
export async function peopleOf(stack: StackFile, signal: AbortSignal): Promise<People> {
  const [customer, operator] = await Promise.all([
    signIn(stack, 'customer', signal),
    signIn(stack, 'operator', signal),
  ]);
  const orders = `${stack.urls.shop}/v1/orders`;
  const workOrders = `${stack.urls.mes}/v1/work-orders`;
  const json = { 'content-type': 'application/json' };
  return {
    submit({ name, content }, metal) {
      const headers = { 'idempotency-key': randomUUID() };
      const body = (): FormData => {
        const form = new FormData();
        form.set('metal', metal);
        form.set('model', new Blob([new Uint8Array(content)], { type: 'model/stl' }), name);
        return form;
      };
      return ask<SampleOrder>({ method: 'POST', url: orders, authorization: customer, headers, body }, signal);
    },
    async history(orderId) {
      const call = { method: 'GET', url: `${orders}/${orderId}/history`, authorization: customer } as const;
      return (await ask<{ items: HistoryEntry[] }>(call, signal)).items;
    },
    async accept(id) {
      const call = { method: 'GET', url: `${orders}/${id}`, authorization: customer } as const;
      const { offer } = await ask<{ offer: { offerId: string } | null }>(call, signal);
      const headers = { ...json, 'idempotency-key': `accept.${id}` };
      const body = (): string => JSON.stringify({ offerId: offer?.offerId });
      await ask({ method: 'POST', url: `${orders}/${id}/accept`, authorization: customer, headers, body }, signal);
    },
    async work(orderId) {
      const { items } = await ask<{ items: { id: string; status: string }[] }>(
        { method: 'GET', url: `${workOrders}?orderId=${orderId}`, authorization: operator },
        signal,
      );
      const [workOrder] = items;
      const step = NEXT_STEP[workOrder?.status ?? ''];
      if (workOrder !== undefined && step !== undefined) {
        const url = `${workOrders}/${workOrder.id}/${step}`;
        const headers = { ...json, 'idempotency-key': `${step}.${workOrder.id}` };
        await ask({ method: 'POST', url, authorization: operator, headers, body: () => '{}' }, signal);
      }
    },
    async deliver(orderId) {
      const id = `msg_sample_${orderId}`;
      const at = new Date();
      const body = JSON.stringify({ type: 'parcel.delivered', data: { orderId, at: at.toISOString() } });
      const headers = {
        ...json,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(stack.courierWebhookSecret).sign(id, at, body),
      };
      await ask({ method: 'POST', url: `${stack.urls.shop}/v1/courier-events`, headers, body: () => body }, signal);
    },
  };
}

/** A token by the client-credentials grant, as the header that carries it. It lives an hour; the samples take seconds. */
async function signIn(stack: StackFile, client: ClientName, signal: AbortSignal): Promise<string> {
  const { token, clients } = stack.servers.identity;
  const { clientId, clientSecret } = clients[client];
  const { access_token } = await ask<{ access_token: string }>(
    {
      method: 'POST',
      url: token,
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: () => new URLSearchParams({ grant_type: 'client_credentials' }).toString(),
    },
    signal,
  );
  return `Bearer ${access_token}`;
}
