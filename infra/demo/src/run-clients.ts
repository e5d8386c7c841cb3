import { Courier } from './clients/courier.ts';
import { orderAsCustomer } from './clients/customer.ts';
import { DoorShutError, HttpClient } from './clients/http-client.ts';
import type { Model } from './clients/models.ts';
import { workAsOperator } from './clients/operator.ts';
import type { Records } from './clients/records.ts';
import { signInAs } from './clients/sign-in.ts';
import type { Tally } from './clients/tally.ts';
import type { OrderPlan } from './plan/order-plan.ts';
import { randomOf } from './plan/random.ts';
import { doorUrls, type Stack } from './stack/stack.ts';

export interface ClientsContext {
  readonly stack: Stack;
  readonly plans: readonly OrderPlan[];
  readonly models: readonly Model[];
  readonly records: Records;
  readonly tally: Tally;
  readonly seed: string;
  readonly run: string;
  /** How many orders are on their way at once. */
  readonly concurrency: number;
  readonly operators: number;
  /** Everybody goes home. */
  readonly signal: AbortSignal;
}

/** Customers, operators and the courier at work. Settles when every order is final, or when everybody was sent home. */
export async function runClients(context: ClientsContext): Promise<void> {
  const { stack, plans, models, records, tally, seed, run, signal } = context;
  const ordersDone = new AbortController();
  const working = AbortSignal.any([signal, ordersDone.signal]);
  const client = (door: 'shop' | 'mes', who: 'customer' | 'operator' | null, name: string): HttpClient =>
    new HttpClient({
      urls: () => doorUrls(stack.now(), door),
      ...(who === null ? {} : { authorization: signInAs(() => stack.now().servers.identity, who) }),
      random: randomOf(seed, 'network', name),
      tally,
      signal,
    });

  const courier = new Courier({
    shop: client('shop', null, 'courier'),
    webhookSecret: stack.now().courierWebhookSecret,
    records,
    tally,
    run,
  });
  const planByOrder = new Map<string, OrderPlan>();
  const planOf = (orderId: string): OrderPlan | undefined => {
    for (const submission of records.submissions.slice(planByOrder.size)) {
      const plan = plans[submission.index];
      for (const id of submission.orderIds) if (plan) planByOrder.set(id, plan);
    }
    return planByOrder.get(orderId);
  };

  const shop = client('shop', 'customer', 'customers');
  const waiting = [...plans];
  const customers = Array.from({ length: context.concurrency }, async () => {
    for (let plan = waiting.shift(); plan !== undefined && !signal.aborted; plan = waiting.shift()) {
      await sentHome(orderAsCustomer(plan, { shop, courier, models, records, tally, signal, run }));
    }
  });
  const operators = Array.from({ length: context.operators }, async (_, index) => {
    const name = `operator-${index + 1}`;
    const mes = client('mes', 'operator', name);
    const random = randomOf(seed, name);
    await sentHome(workAsOperator(name, { mes, courier, planOf, records, tally, random, signal: working, run }));
  });

  await Promise.all(customers);
  ordersDone.abort();
  await Promise.all(operators);
}

/** Being sent home in the middle of a request is no error. */
async function sentHome(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DoorShutError)) throw error;
  }
}
