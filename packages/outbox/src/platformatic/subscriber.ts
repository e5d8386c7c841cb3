import { type ConnectionOptions, Consumer, ListOffsetTimestamps, UserError } from '@platformatic/kafka';
import type { OffsetRange, SubscribeRequest, Subscriber, Subscription, TopicPartition } from '../subscriber/index.ts';
import { aborted, atMost, keepConnected } from '../subscriber/keep-connected.ts';
import { existing, type TopicSizes, untilTopicsChange } from '../subscriber/topics.ts';
import { createFetcher, type Fetcher } from './fetcher.ts';

type Client = Consumer<Buffer, Buffer, Buffer, Buffer>;

/** How it reaches Kafka, and how much it fetches. Times are in milliseconds. */
export interface PlatformaticSubscriberOptions {
  /** `host:port` of one broker or more; the others are found through them. */
  readonly brokers: readonly string[];
  /** The name under which the brokers know this client: in their logs, quotas and metrics. */
  readonly clientId: string;
  /** TLS, as `@platformatic/kafka` takes it. Default: none. */
  readonly tls?: NonNullable<ConnectionOptions['tls']>;
  /** How to log in, as the client takes it. Default: not at all. */
  readonly sasl?: NonNullable<ConnectionOptions['sasl']>;
  /** After this silence Kafka gives the partitions to another member. Default 15,000. */
  readonly sessionTimeoutMs?: number;
  /** How often the member reports, and so how soon it notices a rebalance. Default 1,000. */
  readonly heartbeatIntervalMs?: number;
  /** How long a rebalance waits for members to come back. Default 20,000. */
  readonly rebalanceTimeoutMs?: number;
  /** How often it looks for topics that came or went, and for more partitions. Default 30,000. */
  readonly topicCheckIntervalMs?: number;
  /** How long a fetch waits for the first message; also how late a partition may resume. Default 250. */
  readonly maxWaitMs?: number;
  /** Upper bound of one fetch from one broker. Default 4 MiB. */
  readonly maxBytes?: number;
  /** Upper bound of one partition's part in a fetch. Default 512 KiB. */
  readonly maxBytesPerPartition?: number;
}

const CLOSE_WITHIN_MS = 3_000;

/**
 * Whoever stays in the group keeps what it has, but for what others lack. Members of a version before that know the second
 * alone: the group keeps to it until the last of them is gone.
 */
const PROTOCOLS = [
  { name: 'cooperative-sticky', version: 3 },
  { name: 'roundrobin', version: 1 },
];

/**
 * Reads Kafka with `@platformatic/kafka`: one client is the member of the group, another fetches, so that a waiting
 * fetch never delays a heartbeat. Clients that broke are thrown away and replaced, with back-off.
 *
 * Rebalances are cooperative: who stays in the group keeps its partitions, but for what others lack. A group cannot have
 * members on kafkajs as well: stop them all before you start these, or the other way round.
 *
 * It does not throw for trouble with a broker: whoever subscribed is told.
 *
 * @example
 * const consumer = createConsumer({
 *   db: pool,
 *   subscriber: platformaticSubscriber({ brokers, clientId: 'billing' }),
 *   groupId: 'billing',
 *   handlers: [on(OrderPlaced, (event) => console.log(event.data.orderId))],
 * });
 */
export function platformaticSubscriber(options: PlatformaticSubscriberOptions): Subscriber {
  return { subscribe: (request) => subscribe(options, request) };
}

function subscribe(
  options: PlatformaticSubscriberOptions,
  { groupId, topics, listener }: SubscribeRequest,
): Subscription {
  const closing = new AbortController();
  let current: { member: Client; fetcher: Fetcher } | undefined;
  /** Who the session before was, if it could not say that it leaves: as somebody new one would wait for oneself. */
  let former: string | null = null;

  const session = async (signal: AbortSignal, healthy: () => void): Promise<void> => {
    const member = createClient(options, groupId);
    const reader = createClient(options, groupId);
    member.memberId = former;
    const fetcher = createFetcher(
      reader,
      {
        maxWaitMs: options.maxWaitMs ?? 250,
        maxBytes: options.maxBytes ?? 4 * 1024 * 1024,
        maxBytesPerPartition: options.maxBytesPerPartition ?? 512 * 1024,
      },
      listener,
    );
    const crash = Promise.withResolvers<never>();
    crash.promise.catch(() => {});
    const over = new AbortController();
    let leads = false;
    member.on('error', crash.reject);
    reader.on('error', crash.reject);
    member.on('consumer:heartbeat:stalled', ({ lastError }) =>
      crash.reject(lastError ?? new Error('the group coordinator does not answer')),
    );
    member.on('consumer:group:join', ({ assignments, isLeader }) => {
      if (signal.aborted || over.signal.aborted) {
        return;
      }
      leads = isLeader === true;
      former = member.memberId;
      healthy();
      const owned: TopicPartition[] = (assignments ?? []).flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      current = { member, fetcher };
      fetcher.own(owned);
      listener.assigned(owned);
    });
    const stop = (): void => over.abort();
    signal.addEventListener('abort', stop, { once: true });
    const look = (): Promise<TopicSizes> => sizesOf(reader, topics);
    const live = async (): Promise<void> => {
      const sizes = await look();
      if (signal.aborted) {
        return;
      }
      member.topics.trackAll(...existing(topics, sizes, (missing) => listener.missing?.(missing)));
      await member.joinGroup({});
      const everyMs = options.topicCheckIntervalMs ?? 30_000;
      const watching = { look, everyMs, leads: () => leads, signal: over.signal };
      await Promise.race([fetcher.run(over.signal), untilTopicsChange(sizes, watching)]);
    };
    try {
      await Promise.race([live(), crash.promise, aborted(signal)]);
    } finally {
      current = undefined;
      over.abort();
      signal.removeEventListener('abort', stop);
      await Promise.all([farewell(member), farewell(reader)]);
    }
  };

  const done = keepConnected(session, { signal: closing.signal, lost: (error) => listener.lost(error) });

  return {
    seek: (partition, offset) => current?.fetcher.seek(partition, offset),
    pause: (partition) => current?.fetcher.pause(partition),
    resume: (partition) => current?.fetcher.resume(partition),
    async offsets(topic) {
      const client = createClient(options, groupId);
      client.on('error', () => {});
      try {
        const [earliest, latest] = [
          await client.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.EARLIEST }),
          await client.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.LATEST }),
        ];
        const topicId = (await client.metadata({ topics: [topic] })).topics.get(topic)?.id;
        const ranges = new Map<number, OffsetRange>();
        for (const [partition, offset] of (earliest.get(topic) ?? []).entries()) {
          ranges.set(partition, {
            earliest: offset,
            latest: latest.get(topic)?.[partition] ?? offset,
            ...(topicId === undefined ? {} : { topicId }),
          });
        }
        return ranges;
      } finally {
        await farewell(client);
      }
    },
    async commit(positions) {
      await current?.member.commit({ offsets: positions.map((position) => ({ ...position, leaderEpoch: -1 })) });
    },
    async close() {
      closing.abort();
      await done;
    },
  };
}

function createClient(options: PlatformaticSubscriberOptions, groupId: string): Client {
  const rebalanceTimeout = options.rebalanceTimeoutMs ?? 20_000;
  const sessionTimeout = options.sessionTimeoutMs ?? 15_000;
  return new Consumer({
    clientId: options.clientId,
    groupId,
    bootstrapBrokers: [...options.brokers],
    autocommit: false,
    groupProtocol: 'classic',
    protocols: [...PROTOCOLS],
    sessionTimeout,
    rebalanceTimeout,
    heartbeatInterval: options.heartbeatIntervalMs ?? 1_000,
    heartbeatStallTimeout: sessionTimeout,
    connectTimeout: 3_000,
    // A JoinGroup is answered when the rebalance is over.
    requestTimeout: rebalanceTimeout + 10_000,
    metadataMaxAge: 60_000,
    retries: 2,
    retryDelay: 200,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
  });
}

async function sizesOf(client: Client, topics: readonly string[]): Promise<TopicSizes> {
  const sizes = new Map<string, number>();
  // One that does not exist fails the whole request, and the error may name another.
  for (const topic of topics) {
    try {
      const { topics: found } = await client.metadata({ topics: [topic], forceUpdate: true, autocreateTopics: false });
      sizes.set(topic, found.get(topic)?.partitionsCount ?? 0);
    } catch (error) {
      if (!(error instanceof UserError) || error.message !== `Unknown topic ${topic}.`) {
        throw error;
      }
    }
  }
  return sizes;
}

/** Leaves the group and closes; a peer that does not answer in time is cut off. */
async function farewell(client: Client): Promise<void> {
  await atMost(CLOSE_WITHIN_MS, client.close(true));
  for (const [, connection] of client.connections) {
    connection.socket?.destroy();
  }
}
