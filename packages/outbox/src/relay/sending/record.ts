import type { OutgoingMessage } from '../../publisher/publisher.ts';
import { repeatedBytes } from '../../publisher/repeated-bytes.ts';
import type { StoredMessage } from '../../reader/message.ts';

const SPEC_VERSION = Buffer.from('1.0');
const JSON_TYPE = Buffer.from('application/json');

/**
 * A message as it goes to Kafka: a CloudEvent in binary mode. The value is the payload, byte for byte.
 *
 * `ce_time` is when the row was written, by the database's clock, and the same in every copy. `ce_sequence` grows within
 * a shard; it is for people and tools. Only `ce_id` says whether two messages are the same.
 *
 * @param timestamp what Kafka keeps as its time: when it is sent, not when it was written, or what lay in the outbox for longer
 * than a topic keeps its messages would be deleted as soon as it got there
 */
export function toRecord(
  { seq, id, topic, key, type, source, headers, payload, micros }: StoredMessage,
  timestamp?: number,
): OutgoingMessage {
  return {
    topic,
    timestamp,
    key: Buffer.from(key),
    value: payload,
    headers: [
      ['ce_specversion', SPEC_VERSION],
      ['ce_id', Buffer.from(id, 'latin1')],
      ['ce_type', repeatedBytes(type)],
      ['ce_source', repeatedBytes(source)],
      ['ce_time', Buffer.from(timeOf(micros), 'latin1')],
      ['ce_sequence', Buffer.from(String(seq).padStart(19, '0'), 'latin1')],
      ['content-type', JSON_TYPE],
      ...Object.entries(headers ?? {}).map(([name, value]) => [name, Buffer.from(value)] as const),
    ],
  };
}

/** Messages that are read together were mostly written within the same second. */
let latest = { second: Number.NaN, text: '' };

/** RFC 3339 in UTC with microseconds, as Postgres counts them. */
export function timeOf(micros: number): string {
  const second = Math.floor(micros / 1_000_000);
  if (second !== latest.second) {
    latest = { second, text: new Date(second * 1_000).toISOString().slice(0, -'000Z'.length) };
  }
  return `${latest.text}${String(micros - second * 1_000_000).padStart(6, '0')}Z`;
}
