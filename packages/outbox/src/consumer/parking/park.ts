import type { PoolClient } from 'pg';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import { ParkedOffsetTakenError } from '../errors.ts';
import type { PlacedEvent } from '../message/calls.ts';
import { rememberedId } from '../message/remembered-id.ts';
import type { HandledMessage } from '../message/route.ts';
import type { Batch } from '../transaction/claim.ts';
import { type Remembered, toRemembered } from '../transaction/remembered.ts';
import type { ParkingStatements } from './parking.sql.ts';
import { keyName, parkingKey, toColumns, toReason } from './stored-message.ts';

/** `fresh` and `stale` are indexes of `free`. */
export interface Parted extends Remembered {
  /** Messages that were parked. */
  readonly parked: number;
  /** The message that cannot be parked, by its place in the batch, and why; then nothing else is true. */
  readonly refused: { readonly at: number; readonly error: ParkedOffsetTakenError } | null;
  /** The events that may be handled, in order, each with its place in the batch. */
  readonly free: readonly PlacedEvent[];
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
  inboxFrom: string,
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
    const { rows } = await client.query(statements.store, [
      ...place,
      ...toColumns(behind.map(({ message }) => message.message)),
    ]);
    const taken: string | null = rows[0].taken;
    if (taken !== null) {
      const at = behind.find(({ message }) => message.message.offset === BigInt(taken))?.place ?? 0;
      const error = new ParkedOffsetTakenError(
        `another message lies parked at offset ${taken} of ${topic}/${partition} with the same key: redrive or discard it`,
      );
      return { parked: 0, free: [], fresh: [], stale: [], refused: { at, error } };
    }
    if (failpointsArmed()) {
      await hitFailpoint(FAILPOINTS.consumerParking);
    }
  }
  const free = wanted.flatMap(({ place: at, message, name }) =>
    message.kind === 'handle' && !parkedKeys.has(name) ? [{ place: at, message }] : [],
  );
  const events = free.map(({ message }) => message);
  return {
    parked: behind.length,
    free,
    refused: null,
    ...(await remember(client, statements, { groupId, inboxFrom }, events)),
  };
}

/** Puts events into the inbox; which of them, by index, were not there, and which of these are too old to know. */
export async function remember(
  client: PoolClient,
  { remember: statement }: ParkingStatements,
  { groupId, inboxFrom }: { readonly groupId: string; readonly inboxFrom: string },
  events: readonly HandledMessage[],
): Promise<Remembered> {
  if (events.length === 0) {
    return { fresh: [], stale: [] };
  }
  const { rows } = await client.query(statement, [
    groupId,
    events.map(({ envelope }) => envelope.time),
    events.map(({ envelope }) => rememberedId(envelope)),
    inboxFrom,
  ]);
  return toRemembered(rows[0], events.length);
}
