import type { Queryable } from '../../database/port.ts';
import { type OffsetRange, partitionName, type TopicPartition } from '../../subscriber/index.ts';
import type { ClaimDependencies } from './claim.ts';

/** Where a group stands in a partition. */
export interface Position {
  readonly offset: bigint;
  /** Of the topic it is in; null when no client told it yet. */
  readonly topicId: string | null;
  readonly parkedKeys: number;
  /** Whether somebody asked for one of them to be handled again. */
  readonly redrive: boolean;
}

/** Where a group stands in each partition, by `partitionName`. Kept in the database of the effects. */
export interface Positions {
  read(): Promise<ReadonlyMap<string, Position>>;
  /** Gives every partition of the topic that has no position its oldest message as position; others stay where they are. */
  create(topic: string, ranges: ReadonlyMap<number, OffsetRange>): Promise<void>;
  /** For partitions that were read to their end: the inbox need not keep what is older than its window. */
  keepUp(read: readonly (TopicPartition & { readonly position: bigint })[]): Promise<void>;
  /** Moves a position unless somebody else has moved it. */
  move(partition: TopicPartition, from: bigint, to: bigint): Promise<void>;
  /** Moves a position to the oldest message there is, of a topic that may be another one by now. */
  restart(partition: TopicPartition, from: bigint, range: OffsetRange): Promise<void>;
}

export function createPositions(db: Queryable, { statements, groupId, inboxWindow }: ClaimDependencies): Positions {
  return {
    async read() {
      const { rows } = await db.query(statements.readPositions, [groupId]);
      return new Map(
        rows.map((row) => [
          partitionName(row),
          {
            offset: BigInt(row.next_offset),
            topicId: row.topic_id,
            parkedKeys: row.parked_keys,
            redrive: row.redrive,
          },
        ]),
      );
    },
    async create(topic, ranges) {
      const found = [...ranges.values()];
      const topicId = found[0]?.topicId ?? null;
      const offsets = found.map(({ earliest }) => earliest);
      await db.query(statements.createPositions, [groupId, topic, [...ranges.keys()], offsets, topicId, inboxWindow]);
      await db.query(statements.notePositions, [groupId, topic, topicId, inboxWindow]);
    },
    async keepUp(read) {
      await db.query(statements.keepUp, [
        groupId,
        read.map(({ topic }) => topic),
        read.map(({ partition }) => partition),
        read.map(({ position }) => position),
        inboxWindow,
      ]);
    },
    async move({ topic, partition }, from, to) {
      await db.query(statements.movePosition, [groupId, topic, partition, from, to]);
    },
    async restart({ topic, partition }, from, { earliest, topicId }) {
      await db.query(statements.restartPosition, [groupId, topic, partition, from, earliest, topicId ?? null]);
    },
  };
}
