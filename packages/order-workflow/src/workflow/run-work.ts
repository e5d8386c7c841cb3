import { CancellationScope, sleep } from '@temporalio/workflow';
import { WORK_ORDER_SHIPPED } from '../contract/activities.ts';
import type { OrderStart } from '../contract/start.ts';
import type { Outcome, Work } from '../lifecycle/index.ts';
import { type activitiesOn, outcomeIn, untilDone } from './activities.ts';
import { priceOrder } from './price-order.ts';

type Activities = ReturnType<typeof activitiesOn>;

/** Work that runs beside the order's messages. Work that is stopped is cancelled and never reports. */
export interface RunningWork {
  start(work: Work): void;
  stop(work: Work): void;
}

/** Runs work, at most one of a kind, and reports how it ended. */
export function runWork(start: OrderStart, activities: Activities, report: (outcome: Outcome) => void): RunningWork {
  const running = new Map<Work['kind'], CancellationScope>();

  async function toItsEnd(work: Work, scope: CancellationScope): Promise<void> {
    try {
      const outcome = await scope.run(() => outcomeOf(work, start, activities));
      if (running.get(work.kind) === scope) report(outcome);
    } catch (error) {
      // How stopped work ended is nobody's business. Anything else fails the workflow task, which is tried again until the
      // code is mended.
      if (running.get(work.kind) === scope) throw error;
    }
  }

  return {
    start(work) {
      const scope = new CancellationScope();
      running.set(work.kind, scope);
      void toItsEnd(work, scope);
    },
    stop(work) {
      const scope = running.get(work.kind);
      running.delete(work.kind);
      scope?.cancel();
    },
  };
}

function outcomeOf(work: Work, start: OrderStart, activities: Activities): Promise<Outcome> {
  switch (work.kind) {
    case 'pricing':
      return priceOrder(start, activities);
    case 'offer-timer':
      return offerExpired(work.at);
    case 'open-work-order':
      return openWorkOrder(work.massMg, start, activities);
    case 'withdraw-work-order':
      return withdrawWorkOrder(work.reason, start, activities);
  }
}

async function offerExpired(at: string): Promise<Outcome> {
  await sleep(Math.max(1, Date.parse(at) - Date.now()));
  return { kind: 'offer-expired' };
}

async function openWorkOrder(massMg: number, { order }: OrderStart, { mes }: Activities): Promise<Outcome> {
  const { orderId, orderNumber, tenant, metal, finish, model } = order;
  const input = { orderId, orderNumber, tenant, metal, finish, massMg, model };
  const { workOrderId } = await untilDone(() => mes.openWorkOrder(input));
  return { kind: 'work-order-opened', workOrderId };
}

async function withdrawWorkOrder(reason: string, { order }: OrderStart, { mes }: Activities): Promise<Outcome> {
  try {
    await untilDone(() => mes.withdrawWorkOrder({ orderId: order.orderId, reason }), WORK_ORDER_SHIPPED);
    return { kind: 'work-order-withdrawn' };
  } catch (error) {
    if (outcomeIn(error, WORK_ORDER_SHIPPED) === undefined) throw error;
    return { kind: 'work-order-shipped' };
  }
}
