import {
  WorkOrderClaimed,
  WorkOrderCompleted,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
  type WorkOrderStatus,
} from '@bezel/contracts';

/**
 * The steps an operator takes with a work order: from which status to which, and the event that tells it. A step has one
 * status before it, so a step that was taken cannot be taken again.
 */
export const STEPS = {
  claim: { from: 'OPEN', to: 'CLAIMED', event: WorkOrderClaimed },
  start: { from: 'CLAIMED', to: 'STARTED', event: WorkOrderStarted },
  complete: { from: 'STARTED', to: 'COMPLETED', event: WorkOrderCompleted },
  pack: { from: 'COMPLETED', to: 'PACKED', event: WorkOrderPacked },
  ship: { from: 'PACKED', to: 'SHIPPED', event: WorkOrderShipped },
} as const satisfies Record<
  string,
  { readonly from: WorkOrderStatus; readonly to: WorkOrderStatus; readonly event: unknown }
>;

export type StepName = keyof typeof STEPS;

export const STEP_NAMES = Object.keys(STEPS) as StepName[];

/** Who takes a step. An admin may take any step, whoever claimed the work order. */
export interface StepTaker {
  readonly sub: string;
  readonly admin: boolean;
}

/** Why a step was refused, with a stable code. */
export interface StepRefusal {
  readonly status: 403 | 409;
  readonly code: 'illegal_action' | 'claimed_by_another';
  readonly detail: string;
}

/**
 * May this step be taken now? Undefined when it may.
 *
 * A step taken already is illegal too, even for who took it: a repeat of the same request carries its `Idempotency-Key`
 * and gets the first answer, and anything without a key is a new request. The detail names the status, so a client whose
 * answer was lost sees that its step was taken.
 */
export function refusalOf(
  step: StepName,
  workOrder: { readonly id: string; readonly status: WorkOrderStatus; readonly claimed_by: string | null },
  taker: StepTaker,
): StepRefusal | undefined {
  const { id, status, claimed_by: claimer } = workOrder;
  if (status !== STEPS[step].from) {
    const by = claimer === null ? '' : claimer === taker.sub ? ', claimed by you' : `, claimed by ${claimer}`;
    return {
      status: 409,
      code: 'illegal_action',
      detail: `work order ${id} is ${status}${by}: only a work order that is ${STEPS[step].from} can be ${PARTICIPLES[step]}`,
    };
  }
  if (step !== 'claim' && claimer !== taker.sub && !taker.admin) {
    return {
      status: 403,
      code: 'claimed_by_another',
      detail: `work order ${id} is claimed by ${claimer}: only they or an admin can go on with it`,
    };
  }
  return undefined;
}

const PARTICIPLES: Record<StepName, string> = {
  claim: 'claimed',
  start: 'started',
  complete: 'completed',
  pack: 'packed',
  ship: 'shipped',
};
