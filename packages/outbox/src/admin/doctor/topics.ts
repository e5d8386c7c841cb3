import type { Queryable } from '../../database/port.ts';
import { type Finding, finding } from './findings.ts';
import { topicsInUse } from './topics.sql.ts';

/** The port through which topics are looked at. */
export interface TopicInspector {
  /** What is known of each topic that exists; those that do not are left out. */
  describe(topics: readonly string[]): Promise<readonly TopicDescription[]>;
}

/** What the brokers say of a topic. */
export interface TopicDescription {
  readonly topic: string;
  /** The fewest copies that a partition is meant to have, and has up to date. */
  readonly replicas: number;
  readonly inSync: number;
  /** `min.insync.replicas`. */
  readonly minInSync: number;
  /** `retention.ms`; -1 is for ever. */
  readonly retentionMs: number;
  /** `segment.ms`: a message goes when the newest of its segment is old enough. Left out when it is not known. */
  readonly segmentMs?: number;
  /** `retention.bytes`; -1 is without a limit. Left out when it is not known. */
  readonly retentionBytes?: number;
  /** Whether it is compacted, and keeps the newest message of each key whatever its age. */
  readonly compacted: boolean;
}

export interface TopicExpectations {
  readonly replicas: number;
  readonly inboxDays: number;
}

const DAY_MS = 86_400_000;

/** Topics in use that keep less than was promised, or longer than consumers remember. */
export async function topicFindings(
  db: Queryable,
  schema: string,
  inspector: TopicInspector,
  expected: TopicExpectations,
): Promise<Finding[]> {
  const used = (await db.query(topicsInUse(schema))).rows as {
    topic: string;
    written: boolean;
    consumed: boolean;
    inbox_days: number | null;
  }[];
  let all: readonly TopicDescription[];
  try {
    all = await inspector.describe(used.map(({ topic }) => topic));
  } catch (error) {
    return [finding('TOPICS_UNREADABLE', '', (error as Error).message)];
  }
  const described = new Map(all.map((found) => [found.topic, found]));
  return used.flatMap(({ topic, written, consumed, inbox_days }) => {
    const found = described.get(topic);
    if (found === undefined) {
      return [finding('TOPIC_MISSING', topic, 'the brokers do not know it')];
    }
    return [
      ...(written ? ofWritten(found, expected) : []),
      ...(consumed ? ofConsumed(found, inbox_days ?? expected.inboxDays) : []),
    ];
  });
}

function ofWritten({ topic, replicas, inSync, minInSync }: TopicDescription, expected: TopicExpectations): Finding[] {
  return [
    ...(Math.min(replicas, inSync) < expected.replicas
      ? [
          finding(
            'TOPIC_UNDERREPLICATED',
            topic,
            `a partition has ${replicas} replicas, ${inSync} of them in sync; promised are ${expected.replicas}`,
          ),
        ]
      : []),
    ...(expected.replicas > 1 && minInSync < 2
      ? [finding('TOPIC_ACKNOWLEDGED_EARLY', topic, `min.insync.replicas is ${minInSync}`)]
      : []),
  ];
}

function ofConsumed({ topic, retentionMs, segmentMs = 0, compacted }: TopicDescription, inboxDays: number): Finding[] {
  const keptMs = compacted || retentionMs < 0 ? Number.POSITIVE_INFINITY : retentionMs + segmentMs;
  if (keptMs <= inboxDays * DAY_MS) {
    return [];
  }
  const kept = Number.isFinite(keptMs) ? `for up to ${Math.ceil(keptMs / DAY_MS)} days` : 'for ever';
  return [finding('INBOX_TOO_SHORT', topic, `it keeps messages ${kept}, the inbox ${inboxDays} days`)];
}
