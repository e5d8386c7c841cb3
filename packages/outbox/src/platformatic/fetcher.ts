import { setTimeout as delay } from 'node:timers/promises';
import { type Consumer, findErrorBy, ResponseError } from '@platformatic/kafka';
import { backoffMs } from '../subscriber/backoff.ts';
import { type FetchedRange, partitionName, type TopicPartition } from '../subscriber/index.ts';
import { aborted } from '../subscriber/keep-connected.ts';
import { visibleMessages } from './records.ts';

type Client = Consumer<Buffer, Buffer, Buffer, Buffer>;
type FetchResponse = Awaited<ReturnType<Client['fetch']>>;

const OFFSET_OUT_OF_RANGE = 1;

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
}

export interface FetchListener {
  received(range: FetchedRange): void;
  outOfRange(partition: TopicPartition): void;
}

/** Reads the owned partitions that were sought and are not paused, with one fetch at a time to each broker. */
export interface Fetcher {
  own(partitions: readonly TopicPartition[]): void;
  seek(partition: TopicPartition, offset: bigint): void;
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** Fetches until the signal is aborted; rejects when the brokers stay out of reach. */
  run(signal: AbortSignal): Promise<void>;
}

interface Reading extends TopicPartition {
  /** Undefined until sought. */
  offset: bigint | undefined;
  paused: boolean;
  /** On the monotonic clock; a partition that has just failed (no leader, say) is left out of fetches until then. */
  restUntil: number;
}

const REST_MS = 300;
const GIVE_UP_AFTER = 6;
const RETRY = { firstMs: 100, maxMs: 2_000 };

/**
 * The library's own stream pauses all partitions or none: one partition whose message fails would fill the memory or
 * hold up all others. So this speaks `fetch` itself. `client` must not be a member of the group: a waiting fetch would
 * delay its heartbeats.
 */
export function createFetcher(client: Client, limits: FetchLimits, listener: FetchListener): Fetcher {
  const readings = new Map<string, Reading>();
  const busy = new Map<number, Promise<void>>();
  let wake = Promise.withResolvers<void>();
  let metadataIsStale = false;
  let failures = 0;
  const gaveUp = Promise.withResolvers<never>();
  gaveUp.promise.catch(() => {});

  const changed = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };

  /** Leaves a partition out for a moment, and asks again who leads it. */
  const rest = (reading: Reading): void => {
    metadataIsStale = true;
    reading.restUntil = performance.now() + REST_MS;
    setTimeout(changed, REST_MS).unref();
  };

  const requestsByBroker = async (): Promise<Map<number, Map<string, { topic: string; wanted: Reading[] }>>> => {
    const topics = [...new Set([...readings.values()].map(({ topic }) => topic))];
    const metadata = await client.metadata({ topics, forceUpdate: metadataIsStale });
    metadataIsStale = false;
    const requests = new Map<number, Map<string, { topic: string; wanted: Reading[] }>>();
    for (const reading of readings.values()) {
      const topic = metadata.topics.get(reading.topic);
      const leader = topic?.partitions[reading.partition]?.leader;
      const ready = reading.offset !== undefined && !reading.paused && reading.restUntil <= performance.now();
      if (!ready) {
        continue;
      }
      if (topic === undefined || leader === undefined || leader < 0) {
        rest(reading);
        continue;
      }
      if (busy.has(leader)) {
        continue;
      }
      const request = requests.get(leader) ?? new Map<string, { topic: string; wanted: Reading[] }>();
      requests.set(leader, request);
      const ofTopic = request.get(topic.id) ?? { topic: reading.topic, wanted: [] };
      request.set(topic.id, ofTopic);
      ofTopic.wanted.push(reading);
    }
    return requests;
  };

  const fetchFrom = async (
    node: number,
    request: Map<string, { topic: string; wanted: Reading[] }>,
    signal: AbortSignal,
  ): Promise<void> => {
    const asked = new Map<string, bigint>();
    const requestTopics = [...request].map(([topicId, { wanted }]) => ({
      topicId,
      partitions: wanted.map((reading) => {
        const fetchOffset = reading.offset ?? 0n;
        asked.set(partitionName(reading), fetchOffset);
        return {
          partition: reading.partition,
          fetchOffset,
          partitionMaxBytes: limits.maxBytesPerPartition,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
        };
      }),
    }));
    const topicOf = (topicId: string): string => request.get(topicId)?.topic ?? '';
    try {
      const response = await client.fetch({
        node,
        topics: requestTopics,
        maxWaitTime: limits.maxWaitMs,
        minBytes: 1,
        maxBytes: limits.maxBytes,
      });
      failures = 0;
      if (!signal.aborted) {
        deliver(response, asked, topicOf);
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      metadataIsStale = true;
      if (!setAside(error, asked, topicOf)) {
        failures += 1;
        if (failures >= GIVE_UP_AFTER) {
          gaveUp.reject(error);
        }
        await delay(backoffMs(failures, RETRY), undefined, { signal }).catch(() => {});
      }
    }
  };

  const deliver = (
    response: FetchResponse,
    asked: ReadonlyMap<string, bigint>,
    topicOf: (topicId: string) => string,
  ): void => {
    for (const { topicId, partitions } of response.responses) {
      for (const answer of partitions) {
        const partition = { topic: topicOf(topicId), partition: answer.partitionIndex };
        const name = partitionName(partition);
        const reading = readings.get(name);
        const from = asked.get(name);
        // Sought elsewhere meanwhile, or lost: what came back belongs to nobody.
        if (from === undefined || reading === undefined || reading.offset !== from) {
          continue;
        }
        const { messages, next } = visibleMessages(answer, from);
        if (next > from) {
          reading.offset = next;
          listener.received({ ...partition, from, next, messages, highWatermark: answer.highWatermark });
        }
      }
    }
  };

  /** One partition's error fails the whole fetch. Takes the partitions at fault out; false when none is named. */
  const setAside = (
    error: unknown,
    asked: ReadonlyMap<string, bigint>,
    topicOf: (topicId: string) => string,
  ): boolean => {
    const failed =
      error instanceof Error ? findErrorBy<ResponseError & Error>(error, 'code', ResponseError.code) : null;
    let found = false;
    for (const { topicId, partitions } of (failed?.['response'] as FetchResponse | undefined)?.responses ?? []) {
      for (const { partitionIndex, errorCode } of partitions) {
        const partition = { topic: topicOf(topicId), partition: partitionIndex };
        const reading = readings.get(partitionName(partition));
        if (errorCode === 0 || reading === undefined) {
          continue;
        }
        found = true;
        if (errorCode === OFFSET_OUT_OF_RANGE) {
          if (reading.offset === asked.get(partitionName(partition))) {
            reading.offset = undefined;
            listener.outOfRange(partition);
          }
        } else {
          rest(reading);
        }
      }
    }
    return found;
  };

  return {
    own(partitions) {
      readings.clear();
      for (const partition of partitions) {
        readings.set(partitionName(partition), { ...partition, offset: undefined, paused: false, restUntil: 0 });
      }
    },
    seek(partition, offset) {
      const reading = readings.get(partitionName(partition));
      if (reading !== undefined) {
        reading.offset = offset;
        reading.paused = false;
        changed();
      }
    },
    pause(partition) {
      const reading = readings.get(partitionName(partition));
      if (reading !== undefined) {
        reading.paused = true;
      }
    },
    resume(partition) {
      const reading = readings.get(partitionName(partition));
      if (reading !== undefined) {
        reading.paused = false;
        changed();
      }
    },
    async run(signal) {
      const stopped = aborted(signal);
      while (!signal.aborted) {
        const woken = wake.promise;
        for (const [node, request] of await requestsByBroker()) {
          busy.set(
            node,
            fetchFrom(node, request, signal).finally(() => busy.delete(node)),
          );
        }
        await Promise.race([stopped, woken, gaveUp.promise, ...busy.values()]);
      }
    },
  };
}
