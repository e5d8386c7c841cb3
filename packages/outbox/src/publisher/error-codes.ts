import type { FailureKind } from './publisher.ts';

/** Codes of Kafka's protocol that say more than "try again". Everything else concerns the brokers as a whole. */
const KINDS: Readonly<Record<number, FailureKind>> = {
  2: 'message', // CORRUPT_MESSAGE
  10: 'message', // MESSAGE_TOO_LARGE
  18: 'message', // RECORD_LIST_TOO_LARGE
  43: 'message', // UNSUPPORTED_FOR_MESSAGE_FORMAT
  76: 'message', // UNSUPPORTED_COMPRESSION_TYPE
  87: 'message', // INVALID_RECORD
  3: 'topic', // UNKNOWN_TOPIC_OR_PARTITION
  17: 'topic', // INVALID_TOPIC_EXCEPTION
  29: 'topic', // TOPIC_AUTHORIZATION_FAILED
  32: 'topic', // INVALID_TIMESTAMP: a clock is wrong, or the topic takes no such time; any message would be refused
  44: 'topic', // POLICY_VIOLATION
  100: 'topic', // UNKNOWN_TOPIC_ID
  5: 'partition', // LEADER_NOT_AVAILABLE
  6: 'partition', // NOT_LEADER_OR_FOLLOWER
  9: 'partition', // REPLICA_NOT_AVAILABLE
  19: 'partition', // NOT_ENOUGH_REPLICAS
  20: 'partition', // NOT_ENOUGH_REPLICAS_AFTER_APPEND
};

/** Codes after which the record is surely not in the log. */
const NOT_WRITTEN = new Set([2, 3, 5, 6, 10, 17, 18, 19, 29, 32, 43, 44, 76, 87, 100]);

export const kindOfCode = (code: number): FailureKind => KINDS[code] ?? 'brokers';

export const mayBeWritten = (code: number | undefined): boolean => code === undefined || !NOT_WRITTEN.has(code);
