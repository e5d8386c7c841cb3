import type { Queryable } from '../../database/port.ts';
import { RangeTooLargeError } from '../../errors/operating.ts';
import type { Subscriber } from '../../subscriber/index.ts';
import { choiceParams, type MessageChoice } from '../choice.ts';
import type { TopicInspector } from '../doctor/topics.ts';
import { Comparison, type Stranger } from './comparison.ts';
import type { VerifyReport } from './report.ts';
import { readTopics } from './topic-reader.ts';
import { chosenMessages, daysKept, namesInUse, publishedTo, whichAreThere } from './verify.sql.ts';

/** Which messages `verify` compares, and how it reads Kafka. */
export interface VerifyOptions extends MessageChoice {
  /** How Kafka is read. */
  readonly subscriber: Subscriber;
  /**
   * How topics are looked at: what a topic's retention cannot have removed yet is `missing` when it is gone, not `unknown`.
   */
  readonly topics?: TopicInspector;
  /** The most messages to compare; they are in memory, with their ids. Default 1,000,000. */
  readonly limit?: number;
  /** So long the brokers may send nothing before it is given up, in ms. Default 30,000. */
  readonly patienceMs?: number;
}

const ROWS_AT_A_TIME = 10_000;

/**
 * Compares what was written with what is on the topics. How far it is published is read first, and where the topics end
 * afterwards, so that whatever counts as published lies before those ends, whatever relays do meanwhile.
 */
export async function verify(db: Queryable, schema: string, options: VerifyOptions): Promise<VerifyReport> {
  const { subscriber, topics, limit = 1_000_000, patienceMs = 30_000, ...choice } = options;
  const states = (await db.query(publishedTo(schema), [choice.shard ?? null])).rows as ShardState[];
  const comparison = new Comparison(choice, states[0]?.shards ?? 1);
  for (const state of states) {
    await expectShard(db, schema, { state, choice, comparison, limit });
  }
  for (const names of (await db.query(namesInUse(schema))).rows) {
    comparison.know(names);
  }
  comparison.knowRetention((await topics?.describe(comparison.topics)) ?? [], Date.now());
  await readTopics({
    subscriber,
    topics: comparison.topics,
    patienceMs,
    begun: (ends) => comparison.began(ends),
    received: (partition, message) => comparison.saw(partition, message),
  });
  const days = (await db.query(daysKept(schema))).rows.map(({ day }) => day as number);
  return comparison.report(await there(db, schema, comparison.strangers), new Set(days));
}

interface ShardState {
  readonly shard: number;
  readonly shards: number;
  readonly cursor: number;
  readonly holes: string;
}

async function expectShard(
  db: Queryable,
  schema: string,
  {
    state,
    choice,
    comparison,
    limit,
  }: { state: ShardState; choice: MessageChoice; comparison: Comparison; limit: number },
): Promise<void> {
  const { shard, cursor, holes } = state;
  let after = 0;
  for (;;) {
    const { rows } = await db.query(chosenMessages(schema), [
      shard,
      cursor,
      holes,
      after,
      ROWS_AT_A_TIME,
      ...choiceParams(choice),
    ]);
    for (const { createdAt, ...row } of rows) {
      comparison.expect({ ...row, shard, writtenAt: createdAt.toISOString() });
    }
    if (comparison.size > limit) {
      throw new RangeTooLargeError(`more than ${limit} messages are chosen; choose fewer, by time or by shard`);
    }
    if (rows.length < ROWS_AT_A_TIME) {
      return;
    }
    after = rows.at(-1).seq;
  }
}

/** Ids of those that are in the table: written since the look at it, or not chosen. */
async function there(db: Queryable, schema: string, strangers: readonly Stranger[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; from < strangers.length; from += ROWS_AT_A_TIME) {
    const some = strangers.slice(from, from + ROWS_AT_A_TIME);
    const { rows } = await db.query(whichAreThere(schema), [
      some.map(({ shard }) => shard),
      some.map(({ seq }) => seq),
      some.map(({ id }) => id),
    ]);
    for (const { id } of rows) found.add(id);
  }
  return found;
}
