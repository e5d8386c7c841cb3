import type { Queryable } from '../database/port.ts';
import { DEFAULT_SCHEMA, quoteSchema } from '../database/schema-name.ts';
import { type ConsumersAdmin, consumersAdmin } from './consumers.ts';
import { type DoctorOptions, doctor } from './doctor/doctor.ts';
import type { Finding } from './doctor/findings.ts';
import { explained } from './explained.ts';
import { gaps, type ShardGaps } from './look/gaps.ts';
import { lag, type ShardLag } from './look/lag.ts';
import { type OutboxStatus, type StatusOptions, status } from './look/status.ts';
import { listParked, requestRedrive } from './parked.sql.ts';
import { type Adoption, type AdoptOptions, adopt } from './rewind/adopt.ts';
import { type Replay, type ReplayOptions, replay } from './rewind/replay.ts';
import type { VerifyReport } from './verify/report.ts';
import { type VerifyOptions, verify } from './verify/verify.ts';

/** Where the outbox is. */
export interface AdminOptions {
  /** The schema `migrate` made. Default `outbox`. */
  readonly schemaName?: string;
}

/** A topic and key of which Kafka refused a message for good. It can be turned into JSON. */
export interface ParkedKeyStatus {
  readonly topic: string;
  readonly key: string;
  readonly shard: number;
  /** What Kafka said. */
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly parkedAt: string;
  /** Messages that wait there. */
  readonly messages: number;
  /** The id of the first of them, which is the one that was refused; null before its copy is written. */
  readonly firstId: string | null;
  /** Whether it was asked to send them again. */
  readonly redrive: boolean;
}

/**
 * Looks at an outbox, and changes what an operator may change. Use the login that owns the schema, or one with all rights
 * (`grantTo` with a name alone).
 *
 * Each function throws SchemaOutdatedError where there is no outbox, GrantMissingError where the login may not do it, and
 * whatever Postgres answers.
 */
export interface OutboxAdmin {
  /** What the database shows of everything: shards, relays, slots, consumers, what is parked. Costs milliseconds. */
  status(options?: StatusOptions): Promise<OutboxStatus>;
  /** How far each shard is published. */
  lag(): Promise<ShardLag[]>;
  /** Missing numbers below what is published, and the open transactions that could still bring them. */
  gaps(): Promise<ShardGaps[]>;
  /** What relays have parked, the longest parked first. */
  parked(): Promise<ParkedKeyStatus[]>;
  /**
   * Asks the relays to send parked messages again: all, those of a topic, or those of a key. Each key's messages go in
   * their order, and what is written meanwhile goes after them. A message that is refused again parks its key again.
   * Answers the keys it asked for.
   */
  redrive(which?: {
    readonly topic?: string;
    readonly key?: string;
  }): Promise<readonly { readonly topic: string; readonly key: string }[]>;
  /**
   * Has published messages that are still in the table sent once more: all, or those chosen. They keep their ids, so
   * consumers with an inbox pass over those they handled. The order of a key holds among the copies, and new messages of the
   * shard go after them. It is done by the relays; `lag` shows how far they are. Keys that are parked are left out.
   */
  replay(options: ReplayOptions): Promise<Replay>;
  /**
   * Compares messages that are still in the table, all or those chosen, with what is on their topics, and says what is
   * missing, doubled, or there without having been written. Reads the topics from their beginnings.
   *
   * @throws RangeTooLargeError, TopicUnreadableError
   */
  verify(options: VerifyOptions): Promise<VerifyReport>;
  /**
   * Makes a database that was moved to another cluster (a restore, a logical copy) fit to be published: raises sequences
   * that are behind, has published again what was written where nobody reads any more, and takes the identity of the
   * cluster, so that relays run again. Changes nothing where nothing is wrong. Call it before anything writes.
   *
   * @throws ServerReadOnlyError, SequenceUnsafeError; SequenceBusyError when a transaction that has written is open
   */
  adopt(options?: AdoptOptions): Promise<Adoption>;
  /** Looks for what breaks a promise now or will, errors first. Changes nothing; takes a little over `watchMs`. */
  doctor(options?: DoctorOptions): Promise<Finding[]>;
  /** The same for what the consumers of this database have parked. */
  readonly consumers: ConsumersAdmin;
}

/**
 * Creates what operators use, on a `pg.Pool` or a `pg.Client`.
 *
 * @example
 * const admin = createAdmin(pool);
 * for (const { topic, key, reason } of await admin.parked()) console.log(topic, key, reason);
 * await admin.redrive({ topic: 'shop.orders' });
 * await admin.consumers.redrive({ groupId: 'billing' });
 */
export function createAdmin(db: Queryable, { schemaName = DEFAULT_SCHEMA }: AdminOptions = {}): OutboxAdmin {
  const schema = quoteSchema(schemaName);
  const on = <T>(work: () => Promise<T>): Promise<T> => explained(schemaName, work);
  const consumers = consumersAdmin({ query: (sql, params) => on(() => db.query(sql, params)) }, schema);
  return {
    status: (options) => on(() => status(db, schema, options)),
    lag: () => on(() => lag(db, schema)),
    gaps: () => on(() => gaps(db, schema)),
    parked: () =>
      on(async () => {
        const { rows } = await db.query(listParked(schema));
        return (rows as ParkedRow[]).map(({ parked_at, first_id, ...row }) => ({
          ...row,
          parkedAt: parked_at.toISOString(),
          firstId: first_id,
        }));
      }),
    redrive: ({ topic, key } = {}) =>
      on(async () => {
        const { rows } = await db.query(requestRedrive(schema), [topic ?? null, key ?? null]);
        return rows as { topic: string; key: string }[];
      }),
    replay: (options) => on(() => replay(db, schema, options)),
    verify: (options) => on(() => verify(db, schema, options)),
    adopt: (options) => on(() => adopt(db, schema, options)),
    doctor: (options = {}) => on(() => doctor(db, schemaName, schema, consumers, options)),
    consumers,
  };
}

interface ParkedRow extends Omit<ParkedKeyStatus, 'parkedAt' | 'firstId'> {
  readonly parked_at: Date;
  readonly first_id: string | null;
}
