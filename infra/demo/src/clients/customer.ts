import { setTimeout as delay } from 'node:timers/promises';
import { CANCEL_STAGES, type OrderPlan } from '../plan/order-plan.ts';
import type { Courier } from './courier.ts';
import type { Answer, HttpClient } from './http-client.ts';
import { asOwnModel, type Model } from './models.ts';
import type { Records } from './records.ts';
import type { Tally } from './tally.ts';

/** What customers need to order. */
export interface CustomerContext {
  readonly shop: HttpClient;
  readonly courier: Courier;
  readonly models: readonly Model[];
  readonly records: Records;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** Unique to this run: Idempotency-Keys of an earlier run with the same seed would replay its answers. */
  readonly run: string;
}

const FINAL = ['DELIVERED', 'CANCELLED', 'REJECTED'];
const LOOK_AGAIN_MS = { first: 150, longest: 1_000 };

/**
 * Lives one order from the customer's side: submits it, waits for the price, accepts it, may ask for a cancellation, and
 * looks until it is final or the run is given up.
 */
export async function orderAsCustomer(plan: OrderPlan, context: CustomerContext): Promise<void> {
  const orderId = await submit(plan, context);
  if (orderId === undefined) return;
  const { shop, courier, tally, signal, records } = context;
  let accepted = false;
  let cancelled = false;
  let wait = LOOK_AGAIN_MS.first;
  let before = '';
  while (!signal.aborted) {
    const { status: code, body } = await shop.send({ method: 'GET', path: `/v1/orders/${orderId}` });
    if (code !== 200) {
      records.complain(orderId, `GET answers ${code} for an order that was accepted`);
      return;
    }
    const status = String(body.status);
    if (FINAL.includes(status)) {
      tally.count(status === 'DELIVERED' ? 'delivered' : 'cancelled');
      if (status === 'REJECTED') records.complain(orderId, `rejected: ${body.reason}`);
      return;
    }
    // whoever has called the order off accepts no price any more: the answer would rightly be 409
    if (!cancelled && isDue(plan, status)) {
      cancelled = true;
      await cancelAsCustomer(orderId, context);
    } else if (status === 'PRICED' && !accepted && !cancelled) {
      accepted = true;
      await accept(orderId, plan, String(body.offer?.expiresAt), context);
    } else if (status === 'SHIPPED') {
      await courier.deliver(orderId, plan);
    }
    wait = status === before ? Math.min(wait * 1.5, LOOK_AGAIN_MS.longest) : LOOK_AGAIN_MS.first;
    before = status;
    await delay(wait, undefined, { signal }).catch(() => {});
  }
}

async function submit(
  plan: OrderPlan,
  { shop, models, records, tally, run }: CustomerContext,
): Promise<string | undefined> {
  const model = models[plan.model];
  if (model === undefined) throw new RangeError(`there is no model ${plan.model}`);
  const fileName = fileNameOf(run, plan.index);
  const content = plan.ownModel ? asOwnModel(model, fileName) : model.content;
  const call = {
    method: 'POST' as const,
    path: '/v1/orders',
    idempotencyKey: `${run}.${plan.index}.submit`,
    form: () => {
      const form = new FormData();
      form.set('metal', plan.metal);
      form.set('finish', plan.finish);
      form.set('stones', String(plan.stones));
      form.set('model', new Blob([new Uint8Array(content)], { type: 'model/stl' }), fileName);
      return form;
    },
  };
  const answers = plan.doubleSubmits ? await shop.sendTwice(call) : [await shop.send(call)];
  const orderIds = [...new Set(answers.filter(({ status }) => status === 201).map(({ body }) => String(body.id)))];
  for (const answer of answers) {
    if (answer.status !== 201) records.complain(fileName, `POST /v1/orders answers ${wordsOf(answer)}`);
  }
  const [orderId] = orderIds;
  if (orderId === undefined) return undefined;
  records.submitted({ index: plan.index, fileName, orderIds, at: Date.now() });
  tally.count('submitted');
  return orderId;
}

/** The name of a submission's model file: it marks the order on the topic as that submission's. */
export const fileNameOf = (run: string, index: number): string => `${run}-${index}.stl`;

async function accept(
  orderId: string,
  plan: OrderPlan,
  until: string,
  { shop, records, tally, run }: CustomerContext,
): Promise<void> {
  const call = {
    method: 'POST' as const,
    path: `/v1/orders/${orderId}/accept`,
    idempotencyKey: `${run}.${plan.index}.accept`,
    json: {},
  };
  records.ask(orderId, 'accept');
  const answers = plan.doubleAccepts ? await shop.sendTwice(call) : [await shop.send(call)];
  for (const answer of answers) {
    const tooLate = answer.status === 409 && Date.parse(until) <= Date.now(); // the offer ran out in between
    if (answer.status !== 202 && !tooLate) records.complain(orderId, `accept answers ${wordsOf(answer)}`);
  }
  if (!answers.some(({ status }) => status === 202)) return;
  records.acknowledge(orderId, 'accept');
  tally.count('accepted');
}

/** Asks for a cancellation. It may come too late: then the order goes on. */
export async function cancelAsCustomer(
  orderId: string,
  { shop, records, run }: Pick<CustomerContext, 'shop' | 'records' | 'run'>,
): Promise<void> {
  records.ask(orderId, 'cancel');
  const answer = await shop.send({
    method: 'POST',
    path: `/v1/orders/${orderId}/cancel`,
    idempotencyKey: `${run}.${orderId}.cancel`,
    json: { reason: 'changed my mind' },
  });
  if (answer.status === 202) records.acknowledge(orderId, 'cancel');
  // 409: it was shipped in between, and goes on
  else if (answer.status !== 409) records.complain(orderId, `cancel answers ${wordsOf(answer)}`);
}

/** A customer looks now and then, and may have missed the status the plan names. */
function isDue({ cancelsAt }: OrderPlan, status: string): boolean {
  if (cancelsAt === null) return false;
  const seen = (CANCEL_STAGES as readonly string[]).indexOf(status);
  return seen >= CANCEL_STAGES.indexOf(cancelsAt);
}

const wordsOf = ({ status, body }: Answer): string => `${status} ${body?.code ?? ''}: ${body?.detail ?? ''}`;
