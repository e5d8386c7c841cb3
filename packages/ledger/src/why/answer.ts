import { ORDER_STATUSES } from '@bezel/contracts';
import { z } from 'zod';
import { HOPS } from '../account/hops.ts';
import { REPAIR_KINDS } from '../repair/repair.ts';

const Instant = z.iso.datetime();

/**
 * Why an order is not further than it is, as a code. Codes are stable; the words beside them are not. In this order one is
 * worth reading before the next: the first is why.
 */
export const CAUSES = [
  /** A source says of it what cannot be read: what is wrong with it there is not known. */
  'unreadable',
  /** Messages or moves of it exist, its row does not. */
  'order-gone',
  /** Its history contradicts itself or its row: somebody wrote behind the workflow's back. */
  'history-broken',
  /** Kafka refused a message of it; what follows waits behind that one. */
  'publishing-parked',
  /** A consumer could not handle a message of it; what follows waits behind that one. */
  'handling-parked',
  /** A message was written and is not on its topic. */
  'unpublished',
  /** A message is on its topic, and a consumer has not taken it. */
  'untaken',
  /** Temporal has no workflow of it. */
  'workflow-missing',
  /** Its workflow ended otherwise than the order: before it (by hand, by a fault, by a time limit), or not by itself. */
  'workflow-ended',
  /** The order ended, and its workflow did not. */
  'workflow-runs-on',
  /** The worker fails at the workflow itself, not at a step of it. */
  'workflow-stuck',
  /** A step of the workflow was tried and failed, and is tried again. */
  'step-failing',
  /** A step of the workflow waits for a worker. */
  'step-unattended',
  /** A fact was taken for the workflow and moved nothing. */
  'fact-unanswered',
  /** Its offer ended, and its workflow did not end it. */
  'offer-overdue',
  /** The work order in the MES does not agree with the order. */
  'work-order-wrong',
  /** The CRM, or the board of the MES, does not show what it took. */
  'projection-wrong',
  /** Something else is where it must not be, or twice. */
  'inconsistent',
  /** It rests in its status for longer than it may; who it waits for is told beside. */
  'rests-too-long',
] as const;
export type CauseCode = (typeof CAUSES)[number];

/**
 * What would repair a cause: a repair that `orderctl repair` plans and asks for, which is safe at any time; a worker that is mended,
 * after which the order goes on by itself; or a person who looks.
 */
export const REPAIRS = [...REPAIR_KINDS, 'mend-worker', 'by-hand'] as const;

export const Cause = z.object({
  code: z.enum(CAUSES),
  hop: z.enum(HOPS),
  /** For people: what is wrong. */
  text: z.string(),
  since: Instant.nullable(),
  /** How often it was tried, or a repair of it was; null where nothing is tried, or was. */
  tries: z.number().int().nonnegative().nullable(),
  lastError: z.string().nullable(),
  repair: z.object({ kind: z.enum(REPAIRS), text: z.string() }),
});
export type Cause = z.infer<typeof Cause>;

/** A step that the workflow is at. */
export const StepAtWork = z.object({
  name: z.string(),
  /** `waiting` for a worker, `running` with one, `retrying` after a failure. */
  state: z.enum(['waiting', 'running', 'retrying']),
  tries: z.number().int().nonnegative(),
  since: Instant.nullable(),
  nextTryAt: Instant.nullable(),
  lastError: z.string().nullable(),
});
export type StepAtWork = z.infer<typeof StepAtWork>;

/** A repair that was asked for, and what came of it. */
export const RepairTold = z.object({
  id: z.uuid(),
  /** One of {@link REPAIR_KINDS}, or one of a newer release. */
  kind: z.string(),
  messageId: z.uuid().nullable(),
  /** For people: what it does. */
  text: z.string(),
  /** Who was signed in at the shop's door, or `sweeper` and its name. */
  askedBy: z.string(),
  reason: z.string(),
  askedAt: Instant,
  /** `asked`: it is still to be carried out. */
  state: z.enum(['asked', 'done', 'needless', 'refused']),
  /** For people: how it ended; null while it has not. */
  outcome: z.string().nullable(),
  endedAt: Instant.nullable(),
});
export type RepairTold = z.infer<typeof RepairTold>;

/** The answer to "why is this order not further?", for people (`summary`, `text`) and programs. Members may be added. */
export const WhyAnswer = z.object({
  orderId: z.uuid(),
  /** When it was asked, by the shop's database. */
  at: Instant,
  /** null when the order's row is gone. */
  number: z.string().nullable(),
  tenant: z.string().nullable(),
  status: z.enum(ORDER_STATUSES).nullable(),
  /** When it came to its status. */
  since: Instant.nullable(),
  /** Whether all of it is accounted for; null when a source could not be read, see `unread`. */
  accounted: z.boolean().nullable(),
  /** One or two sentences that say all. */
  summary: z.string(),
  /** Whose turn it is; null when the order has ended or is gone. */
  turn: z
    .object({
      owner: z.enum(['workflow', 'pricing', 'customer', 'operators', 'courier']),
      who: z.string(),
      /** What ends the stage, each as a sentence that follows "when". */
      endsWhen: z.array(z.string()),
    })
    .nullable(),
  /** null where the status has none. */
  sla: z
    .object({
      /** What this order has for its stage, whatever others have. */
      withinMs: z.number().int().positive(),
      deadline: Instant,
      /** What is left of it; negative once it has passed. */
      leftMs: z.number().int(),
      late: z.boolean(),
    })
    .nullable(),
  offerExpiresAt: Instant.nullable(),
  promisedAt: Instant.nullable(),
  expectedAt: Instant.nullable(),
  /** What is wrong, the most telling first. Empty: nothing is. */
  causes: z.array(Cause),
  workflow: z
    .object({ status: z.string(), runId: z.string().nullable(), startedAt: Instant, closedAt: Instant.nullable() })
    .nullable(),
  steps: z.array(StepAtWork),
  /** Sources that could not be read, in words; what they know is missing above. */
  unread: z.array(z.string()),
  /** What was asked for to repair it, oldest first, whatever came of that. */
  repairs: z.array(RepairTold),
});
export type WhyAnswer = z.infer<typeof WhyAnswer>;
