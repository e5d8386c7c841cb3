import { setTimeout as delay } from 'node:timers/promises';
import { type Backoff, backoffMs } from '../subscriber/backoff.ts';
import {
  type OffsetRange,
  partitionName,
  type Subscriber,
  type Subscription,
  type TopicPartition,
} from '../subscriber/index.ts';
import { atMost } from '../subscriber/keep-connected.ts';
import { PositionOutOfRangeError } from './errors.ts';
import { type Lane, type LaneDependencies, openLane } from './lane.ts';
import type { Positions } from './positions.ts';
import type { ConsumerProblem, ConsumerStatus, PartitionStatus } from './status.ts';

export interface AssignmentDependencies {
  readonly subscriber: Subscriber;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly positions: Positions;
  readonly outOfRange: 'fail' | 'earliest';
  readonly onError: (problem: ConsumerProblem) => void;
  readonly lane: Omit<LaneDependencies, 'subscription' | 'positionLost' | 'observer'>;
}

/** The partitions this consumer owns, each with a lane once its position is known. */
export interface Assignment {
  open(): void;
  close(stopTimeoutMs: number): Promise<void>;
  status(): Omit<ConsumerStatus, 'state'>;
}

const OPEN_RETRY: Backoff = { firstMs: 100, maxMs: 5_000 };
const OUT_OF_RANGE_RETRY_MS = 10_000;
/** How often positions are compared with the database, and told to Kafka. */
const COMPARE_EVERY_MS = 5_000;
const COMMIT_EVERY_MS = 1_000;

export function createAssignment(dependencies: AssignmentDependencies): Assignment {
  const { positions, onError } = dependencies;
  const lanes = new Map<string, Lane>();
  /** Owned, but without a lane: their positions are not known yet, or no good. */
  const opening = new Map<string, TopicPartition & { outOfRange: boolean }>();
  const farewells = new Set<Promise<void>>();
  const committed = new Map<string, bigint>();
  const closing = new AbortController();
  let subscription: Subscription | undefined;
  let joined = false;
  let trouble: ConsumerStatus['trouble'] = null;
  let openingNow = false;
  /** Ends the wait before the next round of opening: there is something new to open. */
  let hurry = new AbortController();
  let timers: NodeJS.Timeout[] = [];

  const troubled = (origin: 'kafka' | 'database', error: Error): void => {
    if (closing.signal.aborted) {
      return;
    }
    trouble = { with: origin, message: error.message, since: trouble?.since ?? new Date().toISOString() };
    onError({ kind: origin, error });
  };
  const recovered = (origin: 'kafka' | 'database'): void => {
    if (trouble?.with === origin) {
      trouble = null;
    }
  };

  const part = (name: string, reason: string): void => {
    const lane = lanes.get(name);
    lanes.delete(name);
    committed.delete(name);
    if (lane !== undefined) {
      const farewell = lane.abandon(new Error(reason)).finally(() => farewells.delete(farewell));
      farewells.add(farewell);
    }
  };

  const reopen = (partition: TopicPartition, reason: string): void => {
    const name = partitionName(partition);
    if (lanes.has(name)) {
      part(name, reason);
      opening.set(name, { ...partition, outOfRange: false });
      void openAll();
    }
  };

  const openLanes = async (active: Subscription): Promise<void> => {
    const wanted = [...opening.values()];
    const ranges = new Map<string, ReadonlyMap<number, OffsetRange>>();
    for (const topic of new Set(wanted.map((partition) => partition.topic))) {
      const range = await active.offsets(topic).catch((error) => {
        throw new KafkaTrouble(error);
      });
      ranges.set(topic, range);
      await positions.create(topic, range);
    }
    const found = await positions.read();
    for (const partition of wanted) {
      const name = partitionName(partition);
      const position = found.get(name);
      const range = ranges.get(partition.topic)?.get(partition.partition);
      // Lost meanwhile, or Kafka does not know it yet: left for the next round.
      if (opening.get(name) !== partition || position === undefined || range === undefined) {
        continue;
      }
      if (position >= range.earliest && position <= range.latest) {
        opening.delete(name);
        openOne(active, partition, position);
      } else if (dependencies.outOfRange === 'earliest') {
        await positions.move(partition, position, range.earliest);
      } else {
        if (!partition.outOfRange) {
          partition.outOfRange = true;
          const { topic, partition: number } = partition;
          const held = `Kafka holds ${range.earliest} to ${range.latest}`;
          const error = new PositionOutOfRangeError(
            `${dependencies.groupId} stands at offset ${position} of ${topic}/${number}, but ${held}`,
          );
          onError({ kind: 'position', error, topic, partition: number });
        }
      }
    }
  };

  const openOne = (active: Subscription, partition: TopicPartition, position: bigint): void => {
    const { topic, partition: number } = partition;
    const lane = openLane({ topic, partition: number }, position, {
      ...dependencies.lane,
      subscription: active,
      positionLost: (lost) => reopen(lost, 'the position is gone'),
      observer: {
        committed: () => recovered('database'),
        failed(_, { offset, id, type, key, attempts, error }, retryInMs) {
          recovered('database');
          const place = { topic, partition: number, offset: offset.toString() };
          onError({ kind: 'message', error, ...place, id, type, key, attempts, retryInMs });
        },
        databaseFailed: (error) => troubled('database', error),
      },
    });
    lanes.set(partitionName(partition), lane);
  };

  /** Opens what waits to be opened, until nothing does. */
  const openAll = async (): Promise<void> => {
    hurry.abort();
    hurry = new AbortController();
    if (openingNow || subscription === undefined) {
      return;
    }
    openingNow = true;
    let failures = 0;
    while (opening.size > 0 && !closing.signal.aborted) {
      let waitMs = 0;
      try {
        await openLanes(subscription);
        failures = 0;
        recovered('database');
        const left = [...opening.values()];
        waitMs = left.every(({ outOfRange }) => outOfRange) ? OUT_OF_RANGE_RETRY_MS : OPEN_RETRY.firstMs;
      } catch (error) {
        failures += 1;
        const fromKafka = error instanceof KafkaTrouble;
        troubled(fromKafka ? 'kafka' : 'database', toError(fromKafka ? error.cause : error));
        waitMs = backoffMs(failures, OPEN_RETRY);
      }
      if (opening.size > 0) {
        const signal = AbortSignal.any([closing.signal, hurry.signal]);
        await delay(waitMs, undefined, { signal }).catch(() => {});
      }
    }
    openingNow = false;
  };

  /** Finds positions that were turned back, by a restore or by hand, while nothing arrives that would show it. */
  const compare = async (): Promise<void> => {
    const moves = new Map([...lanes].map(([name, lane]) => [name, lane.moves]));
    if (moves.size === 0) {
      return;
    }
    try {
      const found = await positions.read();
      for (const [name, lane] of lanes) {
        lane.compare(found.get(name), moves.get(name) ?? -1);
      }
      recovered('database');
    } catch (error) {
      troubled('database', toError(error));
    }
  };

  const commit = async (): Promise<void> => {
    const moved = [...lanes].flatMap(([name, lane]) => {
      const { position } = lane.status();
      return committed.get(name) === position ? [] : [{ name, ...lane.partition, offset: position }];
    });
    if (moved.length === 0 || !joined) {
      return;
    }
    try {
      await subscription?.commit(moved.map(({ topic, partition, offset }) => ({ topic, partition, offset })));
      for (const { name, offset } of moved) {
        committed.set(name, offset);
      }
    } catch {
      // Serves displays only; the next round tells again.
    }
  };

  const every = (ms: number, work: () => Promise<void>): NodeJS.Timeout => {
    const timer = setTimeout(async () => {
      await work();
      if (!closing.signal.aborted) {
        timer.refresh();
      }
    }, ms);
    return timer.unref();
  };

  return {
    open() {
      subscription = dependencies.subscriber.subscribe({
        groupId: dependencies.groupId,
        topics: dependencies.topics,
        listener: {
          assigned(owned) {
            if (closing.signal.aborted) {
              return;
            }
            joined = true;
            recovered('kafka');
            const names = new Set(owned.map(partitionName));
            opening.clear();
            for (const name of lanes.keys()) {
              if (!names.has(name)) {
                part(name, 'the partition was given to another member of the group');
              }
            }
            for (const partition of owned) {
              const lane = lanes.get(partitionName(partition));
              if (lane === undefined) {
                opening.set(partitionName(partition), { ...partition, outOfRange: false });
              } else {
                lane.readOn();
              }
            }
            void openAll();
          },
          received: (range) => lanes.get(partitionName(range))?.receive(range),
          outOfRange: (partition) => reopen(partition, 'the position is not among the messages Kafka holds'),
          lost(error) {
            joined = false;
            troubled('kafka', error);
          },
        },
      });
      timers = [every(COMPARE_EVERY_MS, compare), every(COMMIT_EVERY_MS, commit)];
    },

    async close(stopTimeoutMs) {
      closing.abort();
      timers.forEach(clearTimeout);
      const all = [...lanes.values()];
      await atMost(stopTimeoutMs, Promise.all(all.map((lane) => lane.drain())));
      await atMost(500, commit());
      const farewell = [...all.map((lane) => lane.abandon(new Error('the consumer stops'))), ...farewells];
      await atMost(1_000, Promise.all(farewell));
      await subscription?.close();
      joined = false;
    },

    status() {
      const open = [...lanes.values()].map((lane): PartitionStatus => {
        const { topic, partition, position, highWatermark, buffered, failing } = lane.status();
        return {
          topic,
          partition,
          state: failing === null ? 'flowing' : 'failing',
          position: position.toString(),
          lag: highWatermark === null ? null : Math.max(0, Number(highWatermark - position)),
          buffered,
          failing: failing && {
            offset: failing.offset.toString(),
            id: failing.id,
            type: failing.type,
            key: failing.key,
            attempts: failing.attempts,
            message: failing.error.message,
          },
        };
      });
      const waiting = [...opening.values()].map(
        ({ topic, partition, outOfRange }): PartitionStatus => ({
          topic,
          partition,
          state: outOfRange ? 'out-of-range' : 'opening',
          position: null,
          lag: null,
          buffered: 0,
          failing: null,
        }),
      );
      return { joined, trouble, partitions: [...open, ...waiting] };
    },
  };
}

/** Tells trouble with Kafka from trouble with the database, where one function has to do with both. */
class KafkaTrouble extends Error {
  constructor(cause: unknown) {
    super('Kafka did not answer', { cause });
  }
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
