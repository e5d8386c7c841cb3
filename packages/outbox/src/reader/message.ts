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

/** The columns of `messageColumns`, as `pg` gives them. */
export interface MessageRow {
  readonly numbers: string;
  readonly id: string;
  readonly names: string;
  readonly key: string;
  readonly headers: unknown;
  readonly payload: Buffer;
}

export function toMessage({ numbers, id, names, key, headers, payload }: MessageRow): StoredMessage {
  const first = numbers.indexOf(' ');
  const second = numbers.indexOf(' ', first + 1);
  const { topic, type, source } = namesOf(names);
  return {
    shard: Number(numbers.slice(0, first)),
    seq: Number(numbers.slice(first + 1, second)),
    id,
    topic,
    key,
    type,
    source,
    headers: textsOf(headers),
    payload,
    micros: Number(numbers.slice(second + 1)),
  };
}

interface Names {
  readonly topic: string;
  readonly type: string;
  readonly source: string;
}

const KNOWN_AT_MOST = 1_000;
const known = new Map<string, Names>();

/** Messages that share their names share these texts as well: thousands of them are in memory. */
function namesOf(json: string): Names {
  let names = known.get(json);
  if (names === undefined) {
    if (known.size >= KNOWN_AT_MOST) known.clear();
    const [topic, type, source] = JSON.parse(json) as [string, string, string];
    names = { topic, type, source };
    known.set(json, names);
  }
  return names;
}

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
