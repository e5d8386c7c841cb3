import type { PoolClient } from 'pg';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import type { PlacedEvent } from '../message/calls.ts';
import type { HandledMessage } from '../message/route.ts';
import type { Batch } from '../transaction/claim.ts';
import type { ParkingStatements } from './parking.sql.ts';
import { keyName, parkingKey, toColumns, toReason } from './stored-message.ts';

export interface Parted {
  /** Messages that were parked. */
  readonly parked: number;
  /** The events that may be handled, in order, each with its place in the batch. */
  readonly free: readonly PlacedEvent[];
  /** Which of these, by index, nobody of this group has handled yet. Now they are in the inbox. */
  readonly fresh: readonly number[];
}

/**
 * Parks of a batch the message that is condemned, and all that follow one that is parked with their key. What no handler
 * asks for is passed over, parked key or not: it would have had no effect. Inside the batch's transaction, after its claim.
 */
export async function parkBehind(
  client: PoolClient,
  statements: ParkingStatements,
  groupId: string,
  { partition: { topic, partition }, messages, condemned }: Batch,
): Promise<Parted> {
  const place = [groupId, topic, partition];
  const wanted = messages.flatMap((message, index) =>
    message.kind === 'skip' ? [] : [{ place: index, message, name: keyName(parkingKey(message.message)) }],
  );
  const keys = [...new Set(wanted.map(({ name }) => name))].map((name) => Buffer.from(name, 'latin1'));
  if (condemned !== null) {
    const { error, attempts } = condemned;
    await client.query(statements.mark, [...place, keys[0], ...toReason(error), attempts]);
  }
  const marked = await client.query(statements.marked, [...place, keys]);
  const parkedKeys = new Set(marked.rows.map(({ key }) => keyName(key)));
  const behind = wanted.filter(({ name }) => parkedKeys.has(name));
  if (behind.length > 0) {
    await client.query(statements.store, [...place, ...toColumns(behind.map(({ message }) => message.message))]);
    if (failpointsArmed()) {
      await hitFailpoint(FAILPOINTS.consumerParking);
    }
  }
  const free = wanted.flatMap(({ place: at, message, name }) =>
    message.kind === 'handle' && !parkedKeys.has(name) ? [{ place: at, message }] : [],
  );
  return {
    parked: behind.length,
    free,
    fresh: await remember(
      client,
      statements,
      groupId,
      free.map(({ message }) => message),
    ),
  };
}

/** Puts events into the inbox; which of them, by index, were not there. */
export async function remember(
  client: PoolClient,
  { remember: statement }: ParkingStatements,
  groupId: string,
  events: readonly HandledMessage[],
): Promise<readonly number[]> {
  if (events.length === 0) {
    return [];
  }
  const { rows } = await client.query(statement, [
    groupId,
    events.map(({ envelope }) => envelope.time),
    events.map(({ envelope }) => envelope.id),
  ]);
  return rows[0].fresh.map((place: number) => place - 1);
}
