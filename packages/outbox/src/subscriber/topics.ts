import { setTimeout as delay } from 'node:timers/promises';

/** How many partitions each topic has. One that does not exist is not there. */
export type TopicSizes = ReadonlyMap<string, number>;

export interface TopicWatch {
  /** Asks the brokers. Rejects when they do not answer. */
  readonly look: () => Promise<TopicSizes>;
  readonly everyMs: number;
  /** Whether this member shares the partitions out: one who does not learns of new ones when it is given some. */
  readonly leads: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * Looks which topics exist, until others do, or until there are more partitions to share out: then it is time to join anew.
 * A look that fails is followed by another; whether the brokers are lost shows elsewhere.
 */
export async function untilTopicsChange(
  known: TopicSizes,
  { look, everyMs, leads, signal }: TopicWatch,
): Promise<void> {
  while (!signal.aborted) {
    await delay(everyMs, undefined, { signal }).catch(() => {});
    const found = await look().catch(() => known);
    const others = found.size !== known.size || [...found.keys()].some((topic) => !known.has(topic));
    if (others || (leads() && [...found].some(([topic, size]) => known.get(topic) !== size))) {
      return;
    }
  }
}

/** Tells which topics are missing, and answers those that can be read. Throws when there is none. */
export function existing(topics: readonly string[], found: TopicSizes, tell: (missing: string[]) => void): string[] {
  const missing = topics.filter((topic) => !found.has(topic));
  if (missing.length === topics.length) {
    throw new Error(missingTopics(missing));
  }
  tell(missing);
  return topics.filter((topic) => found.has(topic));
}

export const missingTopics = (names: readonly string[]): string =>
  `Kafka has no topic${names.length === 1 ? '' : 's'} ${names.join(', ')}`;
