import type { OrderAccount } from '../account/order-account.ts';
import type { Finding } from '../audit/finding.ts';
import type { OrderDetails } from '../sources/views/order-details.ts';
import type { ParkedKey } from '../sources/views/parked.ts';
import type { RepairDetails } from '../sources/views/repairs.ts';

/** A step that the workflow has begun and not ended, as Temporal tells it. Times are milliseconds since 1970. */
export interface PendingStep {
  readonly name: string;
  readonly started: boolean;
  /** The try it is at, from 1. */
  readonly attempt: number;
  readonly scheduledAt: number | null;
  readonly nextTryAt: number | null;
  readonly lastError: string | null;
}

/** What Temporal knows beside the account: what the workflow is doing now. */
export interface WorkflowAtWork {
  readonly runId: string;
  readonly steps: readonly PendingStep[];
  /** Tries of the workflow task at hand; 1 when it is not failing. */
  readonly taskAttempt: number;
  /** Since when that task is tried; null when there is none. */
  readonly taskSince: number | null;
}

/** All that is known about one order at one moment; the answer is made of this and nothing else. */
export interface Situation {
  readonly orderId: string;
  /** Milliseconds since 1970, by the shop's database. */
  readonly at: number;
  readonly details: OrderDetails | undefined;
  /** null when a source of the audit could not be read. */
  readonly audit: { readonly account: OrderAccount; readonly findings: readonly Finding[] } | null;
  readonly parked: readonly ParkedKey[];
  /** Every repair that was asked for, oldest first. */
  readonly repairs: readonly RepairDetails[];
  /** null when there is no workflow, or Temporal could not be asked. */
  readonly work: WorkflowAtWork | null;
  /** Sources that could not be read, in words. */
  readonly unread: readonly string[];
}
