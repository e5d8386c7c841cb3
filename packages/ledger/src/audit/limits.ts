import type { OrderStatus } from '@bezel/contracts';

/** How long things may take before the audit calls them lost or unfinished. All in milliseconds. */
export interface AuditLimits {
  /** From one hop to the next: outbox to topic, topic to inbox, fact to move. */
  readonly hopMs: number;
  /** How long an order may rest in a status. */
  readonly stageMs: Readonly<Partial<Record<OrderStatus, number>>>;
  /** How long Temporal keeps a closed workflow. Older final orders need none. */
  readonly workflowsKeptMs: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** For a system at work: people may take days, the system a minute, pricing ten. */
export const WORKING_LIMITS: AuditLimits = {
  hopMs: MINUTE,
  stageMs: {
    SUBMITTED: MINUTE,
    PRICING: 10 * MINUTE,
    PRICED: 30 * DAY,
    APPROVED: 14 * DAY,
    IN_MANUFACTURING: 30 * DAY,
    MANUFACTURING_COMPLETED: 7 * DAY,
    PACKED: 7 * DAY,
    SHIPPED: 30 * DAY,
  },
  workflowsKeptMs: DAY,
};

/** For a system that came to rest: whatever is missing is lost, whatever is open is unfinished. */
export const AT_REST_LIMITS: AuditLimits = { hopMs: 0, stageMs: {}, workflowsKeptMs: Number.POSITIVE_INFINITY };
