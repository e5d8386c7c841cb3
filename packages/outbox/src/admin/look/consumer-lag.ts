import type { Queryable } from '../../database/port.ts';
import { type OffsetRange, partitionName, type TopicPartition } from '../../subscriber/index.ts';
import { positionsOfConsumers } from './consumer-lag.sql.ts';

/** The port through which the ends of topics are looked at. */
export interface OffsetInspector {
  /** What Kafka holds of every partition of each topic that exists; topics that do not are left out. */
  offsets(topics: readonly string[]): Promise<readonly (TopicPartition & OffsetRange)[]>;
}

/** How far a consumer group is in one partition. Offsets are decimal. It can be turned into JSON. */
export interface ConsumerLag {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** The offset it handles next, by the consumers' database; null where no consumer of the group has been yet. */
  readonly position: string | null;
  /** When the position moved last, RFC 3339, UTC. */
  readonly movedAt: string | null;
  readonly parkedKeys: number;
  /** The first offset that Kafka still holds, and the one its next message gets; null when Kafka was not asked, or does not know the partition. */
  readonly earliest: string | null;
  readonly end: string | null;
  /** Offsets from the position to the end: messages, and marks of transactions. Null when either is not known. */
  readonly lag: number | null;
  /** Whether the position is not among what Kafka holds: messages were removed before they were handled, or the topic is another one. */
  readonly outOfRange: boolean | null;
}

/** Positions of all groups beside the ends of their topics. Without an inspector the ends are not known. */
export async function consumerLag(db: Queryable, schema: string, inspector?: OffsetInspector): Promise<ConsumerLag[]> {
  const { rows } = await db.query(positionsOfConsumers(schema));
  const positions = (rows as PositionRow[]).map(({ group_id, moved_at, parked_keys, ...row }) => ({
    groupId: group_id,
    ...row,
    movedAt: moved_at.toISOString(),
    parkedKeys: parked_keys,
  }));
  const topics = [...new Set(positions.map(({ topic }) => topic))];
  // Positions are read first: what arrives meanwhile makes them look further behind, never ahead.
  const ranges = topics.length === 0 ? [] : ((await inspector?.offsets(topics)) ?? []);
  return withEnds(positions, ranges);
}

interface PositionRow {
  readonly group_id: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
  readonly moved_at: Date;
  readonly parked_keys: number;
}

type Position = Pick<ConsumerLag, 'groupId' | 'topic' | 'partition' | 'position' | 'movedAt' | 'parkedKeys'>;

/** Joins the two, and adds the partitions of a group's topics at which none of its consumers has been. */
export function withEnds(
  positions: readonly Position[],
  ranges: readonly (TopicPartition & OffsetRange)[],
): ConsumerLag[] {
  const known = new Set(positions.map(nameOf));
  const groups = new Map(positions.map(({ groupId, topic }) => [JSON.stringify([groupId, topic]), { groupId, topic }]));
  const untouched = [...groups.values()].flatMap(({ groupId, topic }) =>
    ranges
      .filter((range) => range.topic === topic && !known.has(nameOf({ ...range, groupId })))
      .map(({ partition }) => ({ groupId, topic, partition, position: null, movedAt: null, parkedKeys: 0 })),
  );
  const rangeOf = new Map(ranges.map((range) => [partitionName(range), range]));
  return [...positions, ...untouched].toSorted(inOrder).map((each) => beside(each, rangeOf.get(partitionName(each))));
}

function beside(each: Position, range: OffsetRange | undefined): ConsumerLag {
  if (range === undefined) {
    return { ...each, earliest: null, end: null, lag: null, outOfRange: null };
  }
  const { earliest, latest } = range;
  const ends = { earliest: String(earliest), end: String(latest) };
  if (each.position === null) {
    return { ...each, ...ends, lag: null, outOfRange: null };
  }
  const position = BigInt(each.position);
  const lag = position < latest ? Number(latest - position) : 0;
  return { ...each, ...ends, lag, outOfRange: position < earliest || position > latest };
}

const nameOf = ({ groupId, topic, partition }: TopicPartition & { groupId: string }): string =>
  JSON.stringify([groupId, topic, partition]);

const inOrder = (a: Position, b: Position): number =>
  compared(a.groupId, b.groupId) || compared(a.topic, b.topic) || a.partition - b.partition;

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
