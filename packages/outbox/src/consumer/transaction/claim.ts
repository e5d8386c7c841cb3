import type { PoolClient } from 'pg';
import type { TopicPartition } from '../../subscriber/index.ts';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import type { Envelope } from '../message/decode.ts';
import type { RoutedMessage } from '../message/route.ts';
import type { Statements } from './statements.ts';

/** A stretch of one partition: all messages at or after `position` and before `next`. */
export interface Batch {
  readonly partition: TopicPartition;
  readonly position: bigint;
  readonly next: bigint;
  /** None of them is a fault. */
  readonly messages: readonly RoutedMessage[];
}

export interface Claim {
  /** Where the position was; null when there is none. */
  readonly position: bigint | null;
  /** Whether the batch is this transaction's to handle. */
  readonly moved: boolean;
  /** The events, by their index, that this group has not handled yet. */
  readonly fresh: readonly number[];
}

/** Moves the position over the batch and puts its events into the inbox. Inside the batch's transaction. */
export async function claimBatch(
  client: PoolClient,
  statements: Statements,
  groupId: string,
  { partition: { topic, partition }, position, next }: Batch,
  events: readonly Envelope[],
): Promise<Claim> {
  if (failpointsArmed() && (await hitFailpoint(FAILPOINTS.consumerForgetsInbox))) {
    return { position, moved: true, fresh: [...events.keys()] };
  }
  const { rows } = await client.query(statements.claim, [
    groupId,
    topic,
    partition,
    position,
    next,
    events.map(({ time }) => time),
    events.map(({ id }) => id),
  ]);
  const [row] = rows;
  return {
    position: row?.position == null ? null : BigInt(row.position),
    moved: row?.moved === true,
    fresh: (row?.fresh ?? []).map((place: number) => place - 1),
  };
}
