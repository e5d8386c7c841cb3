import { Webhook } from 'standardwebhooks';
import type { OrderPlan } from '../plan/order-plan.ts';
import type { HttpClient } from './http-client.ts';
import type { Records } from './records.ts';
import type { Tally } from './tally.ts';

export interface CourierContext {
  readonly shop: HttpClient;
  readonly webhookSecret: string;
  readonly records: Records;
  readonly tally: Tally;
  readonly run: string;
}

/** Tells the shop of deliveries, signed as Standard Webhooks are; some more than once, under the same webhook id. */
export class Courier {
  readonly #context: CourierContext;
  readonly #told = new Map<string, Promise<void>>();

  constructor(context: CourierContext) {
    this.#context = context;
  }

  /** Tells of a delivery. Told before: settles when that was answered. */
  deliver(orderId: string, plan: OrderPlan): Promise<void> {
    const told = this.#told.get(orderId) ?? this.#tell(orderId, plan);
    this.#told.set(orderId, told);
    return told;
  }

  async #tell(orderId: string, { courierRepeats }: OrderPlan): Promise<void> {
    const { shop, webhookSecret, records, run } = this.#context;
    const webhookId = `msg_${run}_${orderId}`;
    const body = { type: 'parcel.delivered', data: { orderId, at: new Date().toISOString() } };
    records.ask(orderId, 'deliver');
    for (let time = 0; time <= courierRepeats; time += 1) {
      const sentAt = new Date();
      const answer = await shop.send({
        method: 'POST',
        path: '/v1/courier-events',
        json: body,
        headers: {
          'webhook-id': webhookId,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
          'webhook-signature': new Webhook(webhookSecret).sign(webhookId, sentAt, JSON.stringify(body)),
        },
      });
      if (answer.status !== 202) {
        records.complain(orderId, `the courier was answered ${answer.status} ${answer.body?.code ?? ''}`);
        return;
      }
      if (time === 0) records.acknowledge(orderId, 'deliver');
    }
  }
}
