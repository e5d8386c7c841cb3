import { type OneConnection, onOneConnection } from '../../database/one-connection.ts';
import type { Queryable } from '../../database/port.ts';
import { SequenceBusyError } from '../../errors/operating.ts';
import { SequenceUnsafeError, ServerReadOnlyError } from '../../errors/relaying.ts';
import { parseMultirange, toMultirange, union } from '../../reader/tracker/ranges.ts';
import { inspectCluster, lockSequence, makeMissing, raiseSequence, takeIdentity } from './adopt.sql.ts';
import { lockShards, rewindShards } from './fence.sql.ts';
import { inspectSequences } from './sequences.sql.ts';
import { assertReadable, isBehind, type SequenceState } from './sequences.ts';

/** How `adopt` goes about it. */
export interface AdoptOptions {
  /** Only say what would be done. */
  readonly dryRun?: boolean;
}

/** What became of a shard. */
export interface ShardAdoption {
  readonly shard: number;
  /** From where to where its sequence is raised; null when it is not behind. */
  readonly raised: { readonly from: number; readonly to: number } | null;
  /** Numbers that are published once more, since messages may have been written with them after the move; null for none. */
  readonly again: { readonly from: number; readonly to: number } | null;
  /** Whether it had no checkpoint, and so is published from the beginning of what is there. */
  readonly fromBeginning: boolean;
}

/** What `adopt` did, or would do. It can be turned into JSON. */
export interface Adoption {
  readonly dryRun: boolean;
  /** Whether the database was on another cluster before. */
  readonly moved: boolean;
  /** Shards of which anything was changed. */
  readonly shards: readonly ShardAdoption[];
}

const LOCK_TIMEOUT = '5s';
const LOCK_NOT_AVAILABLE = '55P03';

export async function adopt(db: Queryable, schema: string, { dryRun = false }: AdoptOptions = {}): Promise<Adoption> {
  return onOneConnection(db, async (connection) => {
    const { moved } = await inspected(connection, schema);
    const seen = planned(await sequencesOf(connection, schema));
    if (dryRun || (!moved && seen.length === 0)) {
      return { dryRun, moved, shards: seen };
    }
    await connection.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    try {
      const shards = await applied(connection, schema);
      await connection.query('COMMIT');
      return { dryRun, moved, shards };
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => {});
      throw error;
    }
  });
}

async function inspected(connection: OneConnection, schema: string): Promise<{ moved: boolean }> {
  const [found] = (await connection.query(inspectCluster(schema))).rows;
  if (found.standby) {
    throw new ServerReadOnlyError('the server is a standby; adopt on the primary');
  }
  return found;
}

async function sequencesOf(connection: OneConnection, schema: string): Promise<SequenceState[]> {
  const { rows } = await connection.query(inspectSequences(schema));
  assertReadable(rows);
  for (const { name, dense } of rows as SequenceState[]) {
    if (!dense) {
      throw new SequenceUnsafeError(`sequence "${name}" is missing, or has not CACHE 1, INCREMENT 1 and NO CYCLE`);
    }
  }
  return rows;
}

async function applied(connection: OneConnection, schema: string): Promise<ShardAdoption[]> {
  await connection.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
  const names = new Map<number, string>();
  for (const state of (await sequencesOf(connection, schema)).filter(isBehind)) {
    await locked(connection, schema, state);
    names.set(state.shard, state.name);
  }
  // Looked at again under the locks: whoever had drawn from these sequences has ended.
  const plan = planned(await sequencesOf(connection, schema));
  for (const { shard, raised } of plan) {
    const name = names.get(shard);
    if (raised !== null && name !== undefined) {
      await connection.query(raiseSequence(schema, name), [raised.to]);
    }
  }
  for (const statement of makeMissing(schema)) {
    await connection.query(statement);
  }
  await rewound(connection, schema, plan);
  await connection.query(takeIdentity(schema));
  return plan;
}

async function locked(connection: OneConnection, schema: string, { shard, name }: SequenceState): Promise<void> {
  try {
    await connection.query(lockSequence(schema, name));
  } catch (error) {
    if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) {
      throw new SequenceBusyError(
        `a transaction that has written to shard ${shard} is open, so its sequence "${name}" cannot be raised; stop the writers`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** Takes every shard from whoever holds it: what a relay remembers is of the time before. */
async function rewound(connection: OneConnection, schema: string, plan: readonly ShardAdoption[]): Promise<void> {
  const { rows } = await connection.query(lockShards(schema), [
    (await connection.query(inspectCluster(schema))).rows.flatMap(({ shards }) =>
      Array.from({ length: shards }, (_, n) => n),
    ),
  ]);
  const again = new Map(plan.flatMap(({ shard, again }) => (again === null ? [] : [[shard, again] as const])));
  await connection.query(rewindShards(schema), [
    rows.map(({ shard }) => shard),
    rows.map(({ shard, holes }) => {
      const range = again.get(shard);
      return toMultirange(union([...parseMultirange(holes), ...(range === undefined ? [] : [range])]));
    }),
  ]);
}

/** What has to be done for each shard; those that are as they should be are left out. */
export function planned(states: readonly SequenceState[]): ShardAdoption[] {
  return states.flatMap((state) => {
    const { shard, last, cursor, first, used } = state;
    const raised = isBehind(state) ? { from: last ?? 0, to: used } : null;
    // What a sequence that is behind the cursor has handed out here lies where nobody reads any more.
    const again =
      last !== null && cursor !== null && last < cursor && first !== null && first <= last
        ? { from: first, to: last }
        : null;
    return raised === null && cursor !== null ? [] : [{ shard, raised, again, fromBeginning: cursor === null }];
  });
}
