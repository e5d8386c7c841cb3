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
export interface MessageRow extends Omit<StoredMessage, 'seq' | 'micros' | 'headers'> {
  readonly seq: string;
  readonly micros: string;
  readonly headers: unknown;
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
  headers: textsOf(headers),
  payload,
  micros: Number(micros),
});

/** Kafka's headers are text. The outbox writes nothing else, but SQL can: a value that is not text goes out as JSON. */
function textsOf(headers: unknown): StoredMessage['headers'] {
  if (headers === null || typeof headers !== 'object' || Array.isArray(headers)) {
    return null;
  }
  const entries = Object.entries(headers);
  return entries.every(([, value]) => typeof value === 'string')
    ? (headers as StoredMessage['headers'])
    : Object.fromEntries(
        entries.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      );
}
