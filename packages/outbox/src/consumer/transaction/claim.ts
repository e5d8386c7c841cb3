import type { PoolClient } from 'pg';
import type { TopicPartition } from '../../subscriber/index.ts';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import type { Envelope } from '../message/decode.ts';
import { rememberedId } from '../message/remembered-id.ts';
import type { RoutedMessage } from '../message/route.ts';
import type { ParkReason } from '../parking/stored-message.ts';
import { type Remembered, toRemembered } from './remembered.ts';
import type { Statements } from './statements.ts';

/** A stretch of one partition: all messages at or after `position` and before `next`. */
export interface Batch {
  readonly partition: TopicPartition;
  readonly position: bigint;
  readonly next: bigint;
  /** None of them is a fault, unless it is condemned. */
  readonly messages: readonly RoutedMessage[];
  /** Why the one message of the batch is to be parked instead of handled; else null. */
  readonly condemned: ParkReason | null;
}

/** Nothing is remembered where a key is parked: see `parkBehind`. */
export interface Claim extends Remembered {
  /** Where the position was; null when there is none. */
  readonly position: bigint | null;
  /** Whether the batch is this transaction's to handle. */
  readonly moved: boolean;
  /** Whether any key of the partition is parked. */
  readonly parked: boolean;
  /** From when on the inbox is sure to hold ids, as Postgres writes it. */
  readonly inboxFrom: string;
}

export interface ClaimDependencies {
  readonly statements: Statements;
  readonly groupId: string;
  /** How long ids are kept, as Postgres reads an interval. */
  readonly inboxWindow: string;
}

/** Moves the position over the batch and puts its events into the inbox. Inside the batch's transaction. */
export async function claimBatch(
  client: PoolClient,
  { statements, groupId, inboxWindow }: ClaimDependencies,
  { partition: { topic, partition }, position, next }: Batch,
  events: readonly Envelope[],
): Promise<Claim> {
  if (failpointsArmed() && (await hitFailpoint(FAILPOINTS.consumerForgetsInbox))) {
    return { position, moved: true, parked: false, fresh: [...events.keys()], stale: [], inboxFrom: '-infinity' };
  }
  const { rows } = await client.query(statements.claim, [
    groupId,
    topic,
    partition,
    position,
    next,
    events.map(({ time }) => time),
    events.map(rememberedId),
    inboxWindow,
  ]);
  const [row] = rows;
  const claimed = row.moved && !row.parked ? toRemembered(row, events.length) : { fresh: [], stale: [] };
  return {
    position: row.next_offset === null ? null : BigInt(row.next_offset),
    moved: row.moved,
    parked: row.parked === true,
    ...claimed,
    inboxFrom: row.inbox_from ?? '-infinity',
  };
}
