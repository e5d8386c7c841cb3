import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/port.ts';
import type { TopicPartition } from '../../subscriber/index.ts';
import type { DoubtStatements } from './doubt.sql.ts';

/** So many consumers may end in the midst of a message; then it is not tried again. */
export const CRASHES = 3;

/** A redrive that is about to begin. */
export interface RedriveTry {
  readonly key: Buffer;
  /** Consumers that began it, since its last success, and ended in its midst. */
  readonly crashes: number;
  /** Where it begins; null when everything of the key was given up. */
  readonly offset: bigint | null;
}

/** Which messages may have killed a consumer. Every call rejects when the database does not answer. */
export interface Doubt {
  /** This consumer begins with the partition. Whether another one did at the same position, and did not leave in peace. */
  begin(partition: TopicPartition, position: bigint): Promise<boolean>;
  /** Writes down that a message is tried next. How many consumers ended in the midst of such a try. */
  tries(partition: TopicPartition, offset: bigint): Promise<number>;
  /** The same for the key that a redrive takes next; null when none is asked for. */
  triesRedrive(partition: TopicPartition): Promise<RedriveTry | null>;
  /** This consumer gives the partition up, alive. */
  leave(partition: TopicPartition): Promise<void>;
}

export function createDoubt(db: Queryable, statements: DoubtStatements, groupId: string): Doubt {
  const consumer = randomUUID();
  const place = ({ topic, partition }: TopicPartition) => [groupId, topic, partition, consumer];
  return {
    async begin(partition, position) {
      const { rows } = await db.query(statements.begin, [...place(partition), position]);
      return rows[0].doubt;
    },
    async tries(partition, offset) {
      const { rows } = await db.query(statements.try, [...place(partition), offset]);
      return rows[0]?.crashes ?? 0;
    },
    async triesRedrive(partition) {
      const { rows } = await db.query(statements.tryRedrive, place(partition));
      const [row] = rows;
      return row === undefined
        ? null
        : { key: row.key, crashes: row.crashes, offset: row.first_offset === null ? null : BigInt(row.first_offset) };
    },
    async leave(partition) {
      await db.query(statements.leave, place(partition));
    },
  };
}
