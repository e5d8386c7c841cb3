import { isUtf8 } from 'node:buffer';
import type { Queryable } from '../database/port.ts';
import {
  admitParked,
  discardParked,
  listParkedByConsumers,
  readParkedMessages,
  requestRedriveByConsumers,
  wouldBeMarked,
} from './consumers.sql.ts';
import { type ConsumerLag, consumerLag, type OffsetInspector } from './look/consumer-lag.ts';

/** A key of which a consumer could not handle an event. It can be turned into JSON. */
export interface ConsumerParkedKeyStatus {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Read as UTF-8; empty for messages without a key. */
  readonly key: string;
  /** The key in base64 where it is not UTF-8, and `key` does not tell it from others; else null. */
  readonly keyBase64: string | null;
  /** What was wrong, and the error's `code` if it has one. */
  readonly reason: string;
  readonly code: string | null;
  /** What the event's schema said; null when it is not about that. */
  readonly issues: readonly { readonly path: string; readonly message: string }[] | null;
  /** How often its first message was tried, redrives included. */
  readonly attempts: number;
  /** RFC 3339, UTC. */
  readonly parkedAt: string;
  /** Messages that wait there, and how many of them were given up. */
  readonly messages: number;
  readonly discarded: number;
  /** The offset of the first that was not given up, which is the one at fault; null without one. */
  readonly firstOffset: string | null;
  /** Whether it was asked to bring them back. */
  readonly redrive: boolean;
}

/** A parked message, as Kafka held it. */
export interface ConsumerParkedMessage {
  readonly partition: number;
  readonly offset: string;
  readonly value: Buffer | null;
  /** Names may repeat. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whether it was given up, and whether somebody said that it was not handled before. */
  readonly discarded: boolean;
  readonly admitted: boolean;
  readonly parkedAt: string;
}

/** One key of one group. What `parked` answers can be given as it is. */
export interface ConsumerKey {
  readonly groupId: string;
  readonly topic: string;
  readonly key: string;
  /** The bytes of a key that is not UTF-8; they count instead of `key`. */
  readonly keyBase64?: string | null;
}

/** A parked message, or all that are parked with a key; with `dryRun` it is only said which these are. */
export interface ConsumerMessageChoice extends ConsumerKey {
  readonly offset?: string;
  readonly dryRun?: boolean;
}

/** Looks at how far consumers are and what they have parked in this database, and says what becomes of it. */
export interface ConsumersAdmin {
  /**
   * How far each group is in each partition: its position lies in this database, the end of the topic in Kafka. Without an
   * inspector nobody is asked for the ends, and no lag is known.
   */
  lag(inspector?: OffsetInspector): Promise<ConsumerLag[]>;
  /** What is parked: all, or of a group, a topic, a key. The longest parked first. */
  parked(which?: Partial<ConsumerKey>): Promise<ConsumerParkedKeyStatus[]>;
  /** The messages parked with a key, in order; at most `limit`, which is 100 unless told. */
  messages(which: ConsumerKey & { readonly limit?: number }): Promise<ConsumerParkedMessage[]>;
  /**
   * Asks the consumers to handle parked messages again: all, or of a group, a topic, a key. Each key's messages go in their
   * order, and what arrives meanwhile goes after them. A message that fails again leaves its key parked. Answers the keys
   * it asked for; it is done by the consumer that owns the partition.
   */
  redrive(which?: Partial<ConsumerKey>): Promise<readonly (ConsumerKey & { readonly partition: number })[]>;
  /**
   * Gives up a parked message, or all that are parked with a key: they will never be handled, and no copy of them either.
   * What follows stays parked until a redrive. Answers what it gave up.
   */
  discard(which: ConsumerMessageChoice): Promise<readonly { readonly partition: number; readonly offset: string }[]>;
  /**
   * Says of a parked message, or of all that are parked with a key, that it was not handled before, though it is so old that
   * the inbox cannot tell (`EVENT_TOO_OLD`). The next redrive handles it. Answers what it admitted.
   */
  admit(which: ConsumerMessageChoice): Promise<readonly { readonly partition: number; readonly offset: string }[]>;
}

export function consumersAdmin(db: Queryable, schema: string): ConsumersAdmin {
  const filter = ({ groupId, topic, ...key }: Partial<ConsumerKey>) => [groupId ?? null, topic ?? null, bytesOf(key)];
  const marked = async ({ groupId, topic, offset, ...key }: ConsumerMessageChoice, statement: string) => {
    const { rows } = await db.query(statement, [groupId, topic, bytesOf(key), offset ?? null]);
    return rows as { partition: number; offset: string }[];
  };
  return {
    lag: (inspector) => consumerLag(db, schema, inspector),
    async parked(which = {}) {
      const { rows } = await db.query(listParkedByConsumers(schema), filter(which));
      return rows.map(({ group_id, parked_at, first_offset, key, ...row }) => ({
        ...row,
        groupId: group_id,
        ...named(key),
        parkedAt: parked_at.toISOString(),
        firstOffset: first_offset,
      }));
    },
    async messages({ groupId, topic, limit = 100, ...key }) {
      const { rows } = await db.query(readParkedMessages(schema), [groupId, topic, bytesOf(key), limit]);
      return rows.map(({ partition, offset, value, headers, discarded, admitted, parked_at }) => ({
        partition,
        offset,
        value,
        headers: headers.map(([name, base64]: [string, string]) => [name, Buffer.from(base64, 'base64').toString()]),
        discarded,
        admitted,
        parkedAt: parked_at.toISOString(),
      }));
    },
    async redrive(which = {}) {
      const { rows } = await db.query(requestRedriveByConsumers(schema), filter(which));
      return rows.map(({ group_id, topic, partition, key }) => ({
        groupId: group_id,
        topic,
        partition,
        ...named(key),
      }));
    },
    discard: ({ dryRun = false, ...which }) =>
      marked(which, dryRun ? wouldBeMarked(schema, 'discarded') : discardParked(schema)),
    admit: ({ dryRun = false, ...which }) =>
      marked(which, dryRun ? wouldBeMarked(schema, 'admitted') : admitParked(schema)),
  };
}

function bytesOf({ key, keyBase64 }: Pick<Partial<ConsumerKey>, 'key' | 'keyBase64'>): Buffer | null {
  if (keyBase64 !== undefined && keyBase64 !== null) {
    return Buffer.from(keyBase64, 'base64');
  }
  return key === undefined ? null : Buffer.from(key, 'utf8');
}

const named = (key: Buffer): { readonly key: string; readonly keyBase64: string | null } => ({
  key: key.toString('utf8'),
  keyBase64: isUtf8(key) ? null : key.toString('base64'),
});
