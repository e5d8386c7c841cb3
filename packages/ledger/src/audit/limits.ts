import type { OrderStatus } from '@bezel/contracts';

/** How long things may take before the audit calls them lost or unfinished. All in milliseconds. */
export interface AuditLimits {
  /** From one hop to the next: outbox to topic, topic to inbox, fact to move. */
  readonly hopMs: number;
  /** How long a cancellation may be carried out, while every other fact of the order waits for its end. */
  readonly cancellationMs: number;
  /** How long an order may rest in a status; null: no order may be open. */
  readonly stages: StageLimits | null;
  /** How long Temporal keeps a closed workflow. Older final orders need none. */
  readonly workflowsKeptMs: number;
  /** How long an outbox keeps a message that was published, and an inbox the id of one that was taken, at least. */
  readonly outboxKeptMs: number;
  readonly inboxKeptMs: number;
}

/** An order rests too long when it has rested for longer than each of the first two. */
export interface StageLimits {
  /** How long it may rest whatever its SLA says. */
  readonly patienceMs: Readonly<Partial<Record<OrderStatus, number>>>;
  /** An order within its SLA is not unfinished, nor is one that is merely late: it has this many times its own SLA. */
  readonly timesTheSla: number;
  /** How long after the end of its offer an order that was not accepted may still be there. */
  readonly offerEndMs: number;
}

const MINUTE = 60_000;
/**
 * A cancellation waits until the work order is opened, and then withdrawn: two calls to the MES. A call that fails is made again after
 * 40 s at the latest. What takes longer than this was refused at least six times, and somebody should look.
 */
const CANCELLATION_MS = 5 * MINUTE;
const DAY = 24 * 60 * MINUTE;

/** People may take days, the system a minute, also where the SLA of an order is a few seconds. */
const PATIENCE_MS: StageLimits['patienceMs'] = {
  SUBMITTED: MINUTE,
  PRICING: 10 * MINUTE,
  PRICED: 30 * DAY,
  APPROVED: 14 * DAY,
  IN_MANUFACTURING: 30 * DAY,
  MANUFACTURING_COMPLETED: 7 * DAY,
  PACKED: 7 * DAY,
  SHIPPED: 30 * DAY,
};

/**
 * A timer of the workflow ends an offer, and then a move that is tried again after 40 s at the latest: a minute, as from any hop to the
 * next. And by a minute the clock of Temporal may be behind that of the shop's database, which tells what time it is.
 */
const OFFER_END_MS = 2 * MINUTE;

/** As the apps run them (`keepDays` of the outbox's retention, `inboxDays` of its consumers). */
const KEPT = { outboxKeptMs: 2 * DAY, inboxKeptMs: 7 * DAY } as const;

/** For a system at work: patience, and never less than its SLA leaves an order. */
export const WORKING_LIMITS: AuditLimits = {
  hopMs: MINUTE,
  cancellationMs: CANCELLATION_MS,
  stages: { patienceMs: PATIENCE_MS, timesTheSla: 3, offerEndMs: OFFER_END_MS },
  workflowsKeptMs: DAY,
  ...KEPT,
};

/** For a system that came to rest: whatever is missing is lost, whatever is open is unfinished. */
export const AT_REST_LIMITS: AuditLimits = {
  hopMs: 0,
  cancellationMs: 0,
  stages: null,
  workflowsKeptMs: Number.POSITIVE_INFINITY,
  ...KEPT,
};
