import type { PoolClient } from 'pg';
import type { TopicPartition } from '../../subscriber/index.ts';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import type { FaultyMessage, RoutedMessage, Router } from '../message/route.ts';
import type { BatchOutcome } from '../transaction/outcome.ts';
import type { Begun, Work, WorkRunner } from '../transaction/run-work.ts';
import { failedAsTooOld } from '../transaction/too-old.ts';
import { remember } from './park.ts';
import type { ParkingStatements } from './parking.sql.ts';
import { fromRow, type StoredMessage } from './stored-message.ts';

/** The first parked messages of a key, in order. */
export interface Taken {
  readonly key: Buffer;
  readonly messages: readonly RoutedMessage[];
}

/** How a redrive's transaction ended, and what it was about; null when nothing was asked for. */
export interface Redriven {
  readonly outcome: BatchOutcome;
  readonly taken: Taken | null;
}

export type RedriveRunner = (
  partition: TopicPartition,
  key: Buffer,
  limit: number,
  signal: AbortSignal,
) => Promise<Redriven>;

export interface RedriveDependencies {
  readonly run: WorkRunner;
  readonly statements: ParkingStatements;
  readonly groupId: string;
  readonly route: Router;
}

/** A transaction has the bytes of its messages in memory: of so many values, unless a single one is larger. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Brings back, in one transaction, up to `limit` messages of a key that somebody asked for: those that are discarded are
 * passed over, the others go through inbox and handlers as any batch, and what was done leaves the parking. The mark goes
 * with the last of them. Until then what arrives is parked behind, and the lock on the position keeps the two apart: so
 * nothing overtakes.
 */
export function createRedriveRunner({ run, ...dependencies }: RedriveDependencies): RedriveRunner {
  return async (partition, key, limit, signal) => {
    let taken: Taken | null = null;
    const work: Work = {
      partition,
      about: () => [], // they are still in the database when it begins
      begin: (client) =>
        takeOut(client, dependencies, { partition, key, limit }, (what) => {
          taken = what;
        }),
    };
    const outcome = await run(work, signal);
    return { outcome, taken };
  };
}

const NOTHING: Begun = {
  kind: 'handle',
  events: [],
  outcome: { kind: 'committed', handled: 0, done: [], duplicates: 0, parked: 0 },
};

async function takeOut(
  client: PoolClient,
  { statements, groupId, route }: Omit<RedriveDependencies, 'run'>,
  { partition, key, limit }: { readonly partition: TopicPartition; readonly key: Buffer; readonly limit: number },
  tell: (taken: Taken) => void,
): Promise<Begun> {
  const place = [groupId, partition.topic, partition.partition];
  const held = await client.query(statements.hold, place);
  if (held.rows[0]?.parked !== true) {
    return NOTHING;
  }
  const wanted = await client.query(statements.wanted, [...place, key]);
  if (wanted.rows[0] === undefined) {
    return NOTHING;
  }
  const { rows } = await client.query(statements.load, [...place, key, limit, MOST_BYTES]);
  const { done, fault } = untilFault(rows as StoredMessage[], (message) => route(partition, fromRow(message)));
  tell({ key, messages: fault === null ? done.map(({ routed }) => routed) : [fault] });
  if (fault !== null) {
    return { kind: 'ended', outcome: { kind: 'failed', at: 0, error: fault.error } };
  }

  const events = done.flatMap(({ routed, discarded, admitted }, at) =>
    routed.kind === 'handle' ? [{ place: at, message: routed, discarded, settled: discarded || admitted }] : [],
  );
  // A copy of what was given up must find it in the inbox, too.
  const inboxFrom: string = held.rows[0].inbox_from;
  const { fresh, stale } = await remember(
    client,
    statements,
    { groupId, inboxFrom },
    events.map(({ message }) => message),
  );
  const tooOld = stale.flatMap((index) => events[index] ?? []).find(({ settled }) => !settled);
  if (tooOld !== undefined) {
    return { kind: 'ended', outcome: failedAsTooOld(tooOld, inboxFrom) };
  }
  const last = done.at(-1)?.routed.message.offset;
  if (last !== undefined) {
    await client.query(statements.forget, [...place, key, last]);
  }
  await client.query(statements.survived, [...place, key]);
  if (rows.length < limit) {
    await client.query(statements.unmark, [...place, key]);
    await client.query(statements.settle, place);
  }
  if (failpointsArmed()) {
    await hitFailpoint(FAILPOINTS.consumerRedriving);
  }
  const handled = fresh.flatMap((index) => events[index] ?? []).filter(({ discarded }) => !discarded);
  const duplicates = events.length - fresh.length;
  return {
    kind: 'handle',
    events: handled,
    outcome: { kind: 'committed', handled: handled.length, done: handled, duplicates, parked: 0 },
  };
}

interface Done extends Pick<StoredMessage, 'discarded' | 'admitted'> {
  readonly routed: RoutedMessage;
}

/** What can be done before the first fault; the fault itself when it comes first. One that is discarded is none. */
function untilFault(
  rows: readonly StoredMessage[],
  route: (message: StoredMessage) => RoutedMessage,
): { done: readonly Done[]; fault: FaultyMessage | null } {
  const done: Done[] = [];
  for (const row of rows) {
    const routed = route(row);
    if (routed.kind === 'fault' && !row.discarded) {
      return { done, fault: done.length === 0 ? routed : null };
    }
    done.push({ routed, discarded: row.discarded, admitted: row.admitted });
  }
  return { done, fault: null };
}
