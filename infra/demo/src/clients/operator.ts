import { setTimeout as delay } from 'node:timers/promises';
import type { OrderPlan } from '../plan/order-plan.ts';
import type { Random } from '../plan/random.ts';
import type { Courier } from './courier.ts';
import type { HttpClient } from './http-client.ts';
import type { Records, StepTaken } from './records.ts';
import type { Step, Tally } from './tally.ts';

export interface OperatorContext {
  readonly mes: HttpClient;
  readonly courier: Courier;
  /** The orders of this run; operators leave others alone. */
  readonly planOf: (orderId: string) => OrderPlan | undefined;
  readonly records: Records;
  readonly tally: Tally;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly run: string;
}

/** What operators do, from the end of a work order's life to its beginning: what is nearly done is finished first. */
const STEPS: readonly { readonly status: string; readonly door: StepTaken['step']; readonly counted: Step }[] = [
  { status: 'PACKED', door: 'ship', counted: 'shipped' },
  { status: 'COMPLETED', door: 'pack', counted: 'packed' },
  { status: 'STARTED', door: 'complete', counted: 'completed' },
  { status: 'CLAIMED', door: 'start', counted: 'started' },
  { status: 'OPEN', door: 'claim', counted: 'claimed' },
];

const PAGE = 50;
const NOTHING_TO_DO_MS = { first: 200, longest: 1_000 };

interface WorkOrder {
  readonly id: string;
  readonly orderId: string;
}

/**
 * Works at the board until the run ends: pages through it, takes the next step of each work order of this run. Several
 * operators do so at once and are in each other's way, as people are; who comes second is refused and goes on.
 */
export async function workAsOperator(name: string, context: OperatorContext): Promise<void> {
  const { signal } = context;
  let pause = NOTHING_TO_DO_MS.first;
  while (!signal.aborted) {
    let busy = false;
    for (const step of STEPS) {
      for await (const workOrder of board(step.status, context)) {
        busy = (await take(workOrder, step, name, context)) || busy;
      }
    }
    if (busy) {
      pause = NOTHING_TO_DO_MS.first;
      continue;
    }
    await delay(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 1.5, NOTHING_TO_DO_MS.longest);
  }
}

/** The work orders of this run in one status, page by page; each page in an order of the operator's own. */
async function* board(
  status: string,
  { mes, planOf, records, random, signal }: OperatorContext,
): AsyncGenerator<WorkOrder> {
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ status, limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const answer = await mes.send({ method: 'GET', path: `/v1/work-orders?${query}` });
    if (answer.status !== 200) {
      records.complain('board', `GET /v1/work-orders answers ${answer.status} ${answer.body?.code ?? ''}`);
      return;
    }
    const items: WorkOrder[] = answer.body.items;
    const mine = items.filter(({ orderId }) => planOf(orderId) !== undefined);
    while (mine.length > 0 && !signal.aborted) yield* mine.splice(random.below(mine.length), 1);
    cursor = answer.body.nextCursor;
  } while (cursor !== null && !signal.aborted);
}

/** True when the step was this operator's. */
async function take(
  { id, orderId }: WorkOrder,
  { door, counted }: (typeof STEPS)[number],
  name: string,
  { mes, courier, planOf, records, tally, run }: OperatorContext,
): Promise<boolean> {
  const answer = await mes.send({
    method: 'POST',
    path: `/v1/work-orders/${id}/${door}`,
    idempotencyKey: `${run}.${name}.${id}.${door}`,
    json: {},
  });
  if (answer.status === 409 || answer.status === 403) return false; // somebody was faster, or it was withdrawn
  if (answer.status !== 200) {
    records.complain(orderId, `${door} answers ${answer.status} ${answer.body?.code ?? ''}`);
    return false;
  }
  records.took({ workOrderId: id, orderId, step: door, by: name });
  tally.count(counted);
  const plan = planOf(orderId);
  if (counted === 'shipped' && plan?.courierHurries) await courier.deliver(orderId, plan);
  return true;
}
