import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';
import { STEP_TOLD } from '../lifecycle.ts';

/** What a work order and its metal must have come to when their order is at rest there. */
const AT_REST: Readonly<Record<string, { readonly workOrder: string; readonly metal: string }>> = {
  DELIVERED: { workOrder: 'SHIPPED', metal: 'CONSUMED' },
  CANCELLED: { workOrder: 'WITHDRAWN', metal: 'RELEASED' },
};

/** One work order from APPROVED on, its metal, every step that an operator was told is done, and the board. */
export function judgeWorkshop({ order, shop, mes, stepsTaken }: Account, add: Add): void {
  const { status, seq } = order;
  const approved = shop.history.some(({ to }) => to === 'APPROVED');
  const [workOrder] = mes.workOrders;
  if (mes.workOrders.length > 1) add('duplicate-effect', `${mes.workOrders.length} work orders`);
  if (approved && workOrder === undefined && status !== 'CANCELLED') add('lost', `${status} without a work order`);
  if (!approved && workOrder !== undefined) add('duplicate-effect', 'a work order, and nobody accepted the price');

  const wanted = AT_REST[status];
  if (workOrder !== undefined && wanted !== undefined && workOrder.status !== wanted.workOrder) {
    add('lost', `${status}, and its work order is ${workOrder.status}`);
  }
  const [reservation] = mes.reservations;
  if (workOrder !== undefined && reservation === undefined) add('lost', 'a work order without its metal');
  if (reservation !== undefined && wanted !== undefined && reservation.state !== wanted.metal) {
    add('lost', `${status}, and its metal is ${reservation.state}`);
  }

  const [followed] = mes.followed;
  if (seq > 0 && (followed?.status !== status || followed.seq !== seq)) {
    add('lost', `the board shows ${followed?.status ?? 'nothing'}, the order is ${status}`);
  }
  judgeSteps({ mes, stepsTaken }, add);
}

function judgeSteps({ mes, stepsTaken }: Pick<Account, 'mes' | 'stepsTaken'>, add: Add): void {
  for (const [step, takers] of Map.groupBy(stepsTaken, (taken) => taken.step)) {
    if (takers.length > 1)
      add('duplicate-effect', `"${step}" was granted to ${takers.map(({ by }) => by).join(' and ')}`);
    const type = STEP_TOLD[step];
    const there =
      type === undefined
        ? mes.workOrders.some(({ claimed }) => claimed)
        : mes.messages.some((message) => message.type === type);
    if (!there) add('lost', `"${step}" was answered 200 and is not there`);
  }
}
