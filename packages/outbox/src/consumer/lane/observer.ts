import type { PlacedEvent } from '../message/calls.ts';
import type { RoutedMessage } from '../message/route.ts';
import type { FailingMessage } from './failing.ts';

/** What a transaction of a partition came to. */
export interface CommittedBatch {
  readonly messages: readonly RoutedMessage[];
  readonly handled: number;
  /** Those that are done with: neither parked nor passed over. */
  readonly done: readonly PlacedEvent[];
  readonly duplicates: number;
  readonly parked: number;
  readonly tookMs: number;
}

/** Hears what becomes of a partition. */
export interface LaneObserver {
  committed(batch: CommittedBatch): void;
  failed(failing: FailingMessage): void;
  /** The message's key is parked, with it; or it stays so, since it failed in a redrive. */
  parked(failing: FailingMessage): void;
  /** So many messages left the parking, of which these were handled. */
  redriven(messages: number, done: readonly PlacedEvent[]): void;
  databaseFailed(error: Error): void;
}
