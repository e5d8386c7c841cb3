import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/port.ts';
import type { TopicPartition } from '../../subscriber/index.ts';
import { HandlerTimeoutError } from '../errors.ts';
import type { BatchOutcome } from '../transaction/outcome.ts';
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
  /** The same for the key that a redrive takes next; null when none is asked for but those that wait. */
  triesRedrive(partition: TopicPartition, waiting: readonly Buffer[]): Promise<RedriveTry | null>;
  /** The try that was written down is over, and the process is alive. */
  returned(partition: TopicPartition): Promise<void>;
  /** The same for a redrive of this key, or it was not even begun. */
  redriveReturned(partition: TopicPartition, key: Buffer): Promise<void>;
  /** This consumer gives the partition up, alive. */
  leave(partition: TopicPartition): Promise<void>;
}

/**
 * Whether a try that ended so has to be crossed out: it did not get past its message, and its handler is done. One that was
 * given up may still run, and still be what kills the process.
 */
export const isOver = (outcome: BatchOutcome): boolean =>
  outcome.kind !== 'committed' &&
  outcome.kind !== 'abandoned' &&
  !(outcome.kind === 'failed' && outcome.error instanceof HandlerTimeoutError);

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
    async triesRedrive(partition, waiting) {
      const { rows } = await db.query(statements.tryRedrive, [...place(partition), waiting]);
      const [row] = rows;
      return row === undefined
        ? null
        : { key: row.key, crashes: row.crashes, offset: row.first_offset === null ? null : BigInt(row.first_offset) };
    },
    async returned(partition) {
      await db.query(statements.returned, place(partition));
    },
    async redriveReturned(partition, key) {
      await db.query(statements.redriveReturned, [...place(partition), key]);
    },
    async leave(partition) {
      await db.query(statements.leave, place(partition));
    },
  };
}
