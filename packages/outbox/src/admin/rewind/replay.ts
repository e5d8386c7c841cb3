import { type OneConnection, onOneConnection } from '../../database/one-connection.ts';
import type { Queryable } from '../../database/port.ts';
import { coalesce, parseMultirange, type Range, toMultirange, union } from '../../reader/tracker/ranges.ts';
import { choiceParams, type MessageChoice } from '../choice.ts';
import { lockShards, rewindShards } from './fence.sql.ts';
import { countIn, publishedOf, publishedTo, shardsChosen } from './replay.sql.ts';

/** Which messages `replay` sends again; without a choice all that are in the table. */
export interface ReplayOptions extends MessageChoice {
  /** Only say what would be sent again. */
  readonly dryRun?: boolean;
}

/** What is sent again of a shard. */
export interface ShardReplay {
  readonly shard: number;
  /** How many of the chosen messages, and between which numbers. */
  readonly messages: number;
  readonly from: number;
  readonly to: number;
  /** How many others go with them: a checkpoint has room for 1,000 ranges, and wider ones take in what lies between. */
  readonly others: number;
}

/** What `replay` asked for, or would. It can be turned into JSON. */
export interface Replay {
  readonly dryRun: boolean;
  readonly messages: number;
  readonly others: number;
  readonly shards: readonly ShardReplay[];
}

/** A checkpoint is written several times a second. */
const MOST_RANGES = 1_000;

/**
 * Has published messages sent once more, by making their numbers holes of the checkpoint: whoever owns the shard reads them
 * again, in order, and what is new on the shard goes after them. Retention counts what is in a hole as unpublished, so
 * nothing of it is removed before it was sent. No row of a message is touched.
 *
 * Shard by shard, each in a transaction of its own. Again: what is asked for and not yet sent is not asked for twice.
 */
export async function replay(db: Queryable, schema: string, options: ReplayOptions): Promise<Replay> {
  const { dryRun = false, ...choice } = options;
  return onOneConnection(db, async (connection) => {
    const { rows } = await connection.query(shardsChosen(schema), [choice.shard ?? null]);
    const shards: ShardReplay[] = [];
    for (const { shard } of rows as { shard: number }[]) {
      await connection.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      try {
        const found = await ofShard(connection, schema, shard, choice, dryRun);
        await connection.query(dryRun ? 'ROLLBACK' : 'COMMIT');
        shards.push(...(found === undefined ? [] : [found]));
      } catch (error) {
        await connection.query('ROLLBACK').catch(() => {});
        throw error;
      }
    }
    const sum = (of: (shard: ShardReplay) => number): number => shards.reduce((total, shard) => total + of(shard), 0);
    return { dryRun, messages: sum(({ messages }) => messages), others: sum(({ others }) => others), shards };
  });
}

async function ofShard(
  connection: OneConnection,
  schema: string,
  shard: number,
  choice: MessageChoice,
  dryRun: boolean,
): Promise<ShardReplay | undefined> {
  const [state] = (await connection.query(publishedTo(schema), [shard])).rows;
  const [{ messages, ranges }] = (
    await connection.query(publishedOf(schema), [shard, state.cursor, state.holes, ...choiceParams(choice)])
  ).rows;
  if (messages === 0) {
    return undefined;
  }
  const wanted = parseMultirange(ranges);
  const [{ messages: all }] = (
    await connection.query(countIn(schema), [shard, withHoles(wanted, state.holes), state.holes])
  ).rows;
  if (!dryRun) {
    // Only now: a relay cannot renew a lease that is locked, and the looks before may take a while.
    const [now] = (await connection.query(lockShards(schema), [[shard]])).rows;
    await connection.query(rewindShards(schema), [[shard], [withHoles(wanted, now.holes)]]);
  }
  return { shard, messages, from: wanted[0]?.from ?? 0, to: wanted.at(-1)?.to ?? 0, others: all - messages };
}

/** The ranges and the holes there are, as few as a checkpoint has room for. */
const withHoles = (ranges: readonly Range[], holes: string): string =>
  toMultirange(coalesce(union([...parseMultirange(holes), ...ranges]), MOST_RANGES));
