import { setTimeout as delay } from 'node:timers/promises';
import type { HttpClient, Random, Records } from '@bezel/demo/clients';

export interface SalesOptions {
  /** Writes down what it sees. */
  readonly crm: HttpClient;
  readonly records: Records;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const LAST_ORDERS = 30;
const PAUSE_MS = 400;

/** Looks at one of the latest orders now and then, as somebody does whose customers telephone. */
export async function workAsSales({ crm, records, random, signal }: SalesOptions): Promise<void> {
  while (!signal.aborted) {
    const latest = records.submissions.slice(-LAST_ORDERS);
    const orderId = latest[random.below(Math.max(latest.length, 1))]?.orderIds[0];
    if (orderId !== undefined) {
      const { status, body } = await crm.send({ method: 'GET', path: `/v1/orders/${orderId}` });
      // 404: sales have not heard of it yet, or it is a partner's
      if (status !== 200 && status !== 404)
        records.complain(orderId, `sales: GET answers ${status} ${body?.code ?? ''}`);
    }
    await delay(PAUSE_MS * (0.5 + random.next()), undefined, { signal }).catch(() => {});
  }
}
