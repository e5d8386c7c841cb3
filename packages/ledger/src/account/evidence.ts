import type { OrderStatus } from '@bezel/contracts';
import type { InboxHop, TopicHop, ViewHop } from './hops.ts';

/** A row of an app's audit view, as docs/views.md describes it. Times are milliseconds since 1970, UTC. */
export interface ViewRow {
  readonly source: 'view';
  readonly orderId: string;
  readonly hop: ViewHop;
  readonly messageId: string | null;
  readonly state: string;
  readonly at: number;
  /** Only of the row of an order under way: its offer's end while it is PRICED, else its stage's deadline, where the shop keeps one. */
  readonly dueAt?: number;
}

/** One copy of a message on a topic. A message published twice has two. */
export interface MessageCopy {
  readonly source: 'topic';
  readonly orderId: string;
  readonly hop: TopicHop;
  readonly messageId: string;
  readonly type: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When the broker took it. */
  readonly at: number;
  /** Only for a status change: which move it tells of. */
  readonly move?: { readonly seq: number; readonly to: OrderStatus };
  /** Only for a delay, and only where the customer is to hear of it. */
  readonly tellsCustomer?: true;
}

/** How Temporal names the state of a workflow. */
export type WorkflowStatus =
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'TERMINATED'
  | 'CONTINUED_AS_NEW'
  | 'TIMED_OUT'
  | 'UNKNOWN';

/** A signal in the history of an order's workflow. */
export interface SignalSeen {
  /** The message it told the workflow of, and what kind of fact that was; null of a signal that is no fact. */
  readonly messageId: string | null;
  readonly kind: string | null;
  /** Its number in the history of its run. */
  readonly eventId: number;
  /** When Temporal took it, in milliseconds since 1970. */
  readonly at: number;
}

/** The order's workflow as Temporal knows it. */
export interface WorkflowSeen {
  readonly source: 'workflow';
  readonly orderId: string;
  readonly status: WorkflowStatus;
  readonly startedAt: number;
  readonly closedAt: number | null;
  /** What is in the workflow's history, oldest first; absent when the history was not read. */
  readonly signalled?: readonly SignalSeen[];
  /** Why what it was told could not be read, where that was tried in vain. */
  readonly historyUnread?: string;
}

/** A client holds an answer that says: this order was accepted. */
export interface Claim {
  readonly source: 'client';
  readonly orderId: string;
  readonly at: number;
}

/**
 * What a consumer holds back of an order on a topic: it could not handle a message, and keeps that one and all that came after
 * it. So the last `messages` copies on the topic wait, repeats included.
 */
export interface HeldBack {
  readonly source: 'parked';
  readonly orderId: string;
  readonly hop: InboxHop;
  readonly topic: TopicHop;
  readonly messages: number;
  /** Since when. */
  readonly at: number;
}

/** Anything known about an order, from anywhere. */
export type Evidence = ViewRow | MessageCopy | WorkflowSeen | Claim | HeldBack;
