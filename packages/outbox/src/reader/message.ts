/** A message as it lies in the outbox. */
export interface StoredMessage {
  readonly shard: number;
  readonly seq: number;
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly source: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly payload: Buffer;
  /** `created_at` in microseconds since 1970, UTC. */
  readonly micros: number;
}

/** The columns of a message, as `pg` gives them. */
export interface MessageRow extends Omit<StoredMessage, 'seq' | 'micros'> {
  readonly seq: string;
  readonly micros: string;
}

export const toMessage = ({
  shard,
  seq,
  id,
  topic,
  key,
  type,
  source,
  headers,
  payload,
  micros,
}: MessageRow): StoredMessage => ({
  shard,
  seq: Number(seq),
  id,
  topic,
  key,
  type,
  source,
  headers,
  payload,
  micros: Number(micros),
});
