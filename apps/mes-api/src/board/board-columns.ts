import { ORDER_STATUSES, WORK_ORDER_STATUSES, type WorkOrderStatus } from '@bezel/contracts';
import { type FactKind, LIFECYCLE, type Lifecycle } from '@bezel/order-workflow';
import { z } from 'zod';
import { STEP_NAMES, STEPS, type StepName } from '../work-orders/steps.ts';

/** A column of the board: a status of orders whose turn it is the operators' to end. Times in ms of elapsed time. */
export const BoardColumn = z.object({
  /** The order's status. */
  status: z.enum(ORDER_STATUSES),
  meaning: z.string(),
  /** The work orders in it, by their own status; each is `GET /v1/work-orders?status=`. */
  workOrders: z.array(z.enum(WORK_ORDER_STATUSES)),
  /** The step that ends it, and the status the order has then. */
  endedBy: z.string(),
  next: z.enum(ORDER_STATUSES),
  /** An order that is longer in it is late; null where nobody can be. */
  withinMs: z.int().nullable(),
  typicalMs: z.int().nullable(),
});
export type BoardColumn = z.infer<typeof BoardColumn>;

/** The columns, from left to right. */
export const BoardColumns = z.object({ items: z.array(BoardColumn) });

/** The fact each step tells the order's workflow; claiming is between operators. */
const TELLS: Readonly<Record<StepName, FactKind | null>> = {
  claim: null,
  start: 'manufacturing-started',
  complete: 'manufacturing-completed',
  pack: 'packed',
  ship: 'shipped',
};

/**
 * The board's columns, from the stage contract: its statuses whose owner is the operators, in its order.
 *
 * A work order stands in the column whose end its next telling step is: an OPEN one is to be claimed and then started, so
 * it is in the column that starting ends.
 *
 * @throws Error when the contract has a stage of the operators that no step ends: nobody could move its orders on
 */
export const boardColumns = (
  lifecycle: Lifecycle = LIFECYCLE,
): readonly (Omit<BoardColumn, 'status' | 'next'> & {
  readonly status: string;
  readonly next: string;
})[] =>
  Object.entries(lifecycle)
    .filter(([, { owner }]) => owner === 'operators')
    .map(([status, { meaning, endedBy, sla }]) => {
      const step = STEP_NAMES.find((name) => TELLS[name] !== null && endedBy[TELLS[name]] !== undefined);
      const fact = step && TELLS[step];
      const next = fact && endedBy[fact];
      if (step === undefined || !next) throw new Error(`no step of a work order ends ${status}`);
      return {
        ...{ status, meaning, workOrders: waitingFor(step), endedBy: step, next },
        withinMs: sla?.withinMs ?? null,
        typicalMs: sla?.typicalMs ?? null,
      };
    });

/** What a work order is before a step, and before those steps that lead to it and tell nothing. */
function waitingFor(step: StepName): WorkOrderStatus[] {
  const { from } = STEPS[step];
  const before = STEP_NAMES.find((name) => STEPS[name].to === from);
  return before === undefined || TELLS[before] !== null ? [from] : [...waitingFor(before), from];
}
