import { asError } from '../errors/as-error.ts';
import { partitionName, type Subscriber, type Subscription, type TopicPartition } from '../subscriber/index.ts';
import { atMost } from '../subscriber/keep-connected.ts';
import { missingTopics } from '../subscriber/topics.ts';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../testing/failpoints.ts';
import { type Lane, type LaneDependencies, openLane } from './lane/lane.ts';
import { createOpening } from './opening.ts';
import { type ConsumerProblem, type ConsumerStatus, statusOfLane, statusOfWaiting } from './status.ts';
import type { ConsumerTelemetry } from './telemetry.ts';
import type { Positions } from './transaction/positions.ts';

export interface AssignmentDependencies {
  readonly subscriber: Subscriber;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly positions: Positions;
  readonly outOfRange: 'fail' | 'earliest';
  readonly onError: (problem: ConsumerProblem) => void;
  readonly telemetry: ConsumerTelemetry;
  readonly lane: Omit<LaneDependencies, 'subscription' | 'positionLost' | 'observer'>;
}

/** The partitions this consumer owns, each with a lane once its position is known. */
export interface Assignment {
  status(): Omit<ConsumerStatus, 'state'>;
  close(stopTimeoutMs: number): Promise<void>;
}

/** How often positions are compared with the database, sooner while a key is parked that may be asked for; and told to Kafka. */
const COMPARE_EVERY_MS = 5_000;
const PARKED_COMPARE_EVERY_MS = 500;
const COMMIT_EVERY_MS = 1_000;
/** Days are counted, so it is not urgent. */
const KEEP_UP_EVERY_MS = 60_000;

/** Joins the group and works through whatever Kafka assigns, until it is closed. */
export function openAssignment(dependencies: AssignmentDependencies): Assignment {
  const { groupId, positions, onError, telemetry } = dependencies;
  const lanes = new Map<string, Lane>();
  const farewells = new Set<Promise<void>>();
  const committed = new Map<string, bigint>();
  const closing = new AbortController();
  let joined = false;
  let compared = 0;
  let keptUp = Number.NEGATIVE_INFINITY;
  let trouble: ConsumerStatus['trouble'] = null;
  let missing: ConsumerStatus['trouble'] = null;

  const troubled = (origin: 'kafka' | 'database', error: Error): void => {
    if (!closing.signal.aborted) {
      trouble = { with: origin, message: error.message, since: trouble?.since ?? new Date().toISOString() };
      onError({ kind: origin, error });
    }
  };
  const recovered = (origin: 'kafka' | 'database'): void => {
    if (trouble?.with === origin) {
      trouble = null;
    }
  };

  const part = (name: string, reason: string): void => {
    const lane = lanes.get(name);
    if (lane !== undefined) {
      lanes.delete(name);
      committed.delete(name);
      const farewell = lane.abandon(new Error(reason)).finally(() => farewells.delete(farewell));
      farewells.add(farewell);
    }
  };

  const reopen = (partition: TopicPartition, reason: string): void => {
    if (lanes.has(partitionName(partition))) {
      part(partitionName(partition), reason);
      opening.add(partition);
    }
  };

  const assigned = (owned: readonly TopicPartition[]): void => {
    if (closing.signal.aborted) {
      return;
    }
    joined = true;
    recovered('kafka');
    telemetry.assigned(owned);
    opening.clear();
    const names = new Set(owned.map(partitionName));
    for (const name of [...lanes.keys()].filter((lane) => !names.has(lane))) {
      part(name, 'the partition was given to another member of the group');
    }
    for (const partition of owned) {
      const lane = lanes.get(partitionName(partition));
      if (lane === undefined) {
        opening.add(partition);
      } else {
        lane.readOn();
      }
    }
  };

  const subscription: Subscription = dependencies.subscriber.subscribe({
    groupId,
    topics: dependencies.topics,
    listener: {
      assigned,
      received: (range) => lanes.get(partitionName(range))?.receive(range),
      outOfRange: (partition) => reopen(partition, 'the position is not among the messages Kafka holds'),
      missing(topics) {
        const message = missingTopics(topics);
        if (topics.length === 0) {
          missing = null;
        } else if (!closing.signal.aborted && missing?.message !== message) {
          missing = { with: 'kafka', message, since: missing?.since ?? new Date().toISOString() };
          onError({ kind: 'kafka', error: new Error(message) });
        }
      },
      lost(error) {
        joined = false;
        troubled('kafka', error);
      },
    },
  });

  const opening = createOpening({
    groupId,
    positions,
    doubt: dependencies.lane.doubt,
    doubtful: dependencies.lane.maxBatchSize,
    offsets: subscription.offsets,
    outOfRange: dependencies.outOfRange,
    opened(partition, position) {
      const lane = openLane(partition, position, {
        ...dependencies.lane,
        subscription,
        positionLost: () => reopen(partition, 'the position is gone'),
        observer: {
          committed(batch) {
            recovered('database');
            telemetry.committed(partition, batch);
          },
          failed({ offset, id, type, key, attempts, error, waitMs }) {
            recovered('database');
            const message = { offset: offset.toString(), id, type, key, attempts, retryInMs: waitMs };
            const problem = { kind: 'message' as const, error, ...partition, ...message };
            telemetry.failed(problem);
            onError(problem);
          },
          parked({ offset, id, type, key, attempts, error }) {
            const message = { offset: offset.toString(), id, type, key, attempts };
            const problem = { kind: 'parked' as const, error, ...partition, ...message };
            telemetry.parked(problem);
            onError(problem);
          },
          redriven: (messages, done) => telemetry.redriven(partition, messages, done),
          databaseFailed: (error) => troubled('database', error),
        },
      });
      lanes.set(partitionName(partition), lane);
    },
    refused: (partition, error) => onError({ kind: 'position', error, ...partition }),
    troubled,
    recovered,
    signal: closing.signal,
  });

  /** Finds positions that were turned back, by a restore or by hand, while nothing arrives that would show it. */
  const compare = async (): Promise<void> => {
    const anyParked = [...lanes.values()].some((lane) => lane.status().parkedKeys > 0);
    if (performance.now() - compared < (anyParked ? 0 : COMPARE_EVERY_MS - PARKED_COMPARE_EVERY_MS)) {
      return;
    }
    compared = performance.now();
    const moves = new Map([...lanes].map(([name, lane]) => [name, lane.moves]));
    if (moves.size === 0) {
      return;
    }
    try {
      await passOver();
      const found = await positions.read();
      for (const [name, lane] of lanes) {
        lane.compare(found.get(name), moves.get(name) ?? -1);
      }
      await keepUp();
      recovered('database');
    } catch (error) {
      troubled('database', asError(error));
    }
  };

  /**
   * Moves positions over what can be read by nobody, as the marker that ends a transaction: left before it, one would be out
   * of range when Kafka has removed all that is there. A lane that works meanwhile has its own say, and finds it moved.
   */
  const passOver = async (): Promise<void> => {
    for (const lane of lanes.values()) {
      const { position, doneTo } = lane.status();
      if (doneTo > position) {
        await positions.move(lane.partition, position, doneTo);
      }
    }
  };

  /** Lets the inbox forget what is old where nothing arrives, now and then. Rejects when the database does not answer. */
  const keepUp = async (): Promise<void> => {
    if (performance.now() - keptUp < KEEP_UP_EVERY_MS) {
      return;
    }
    keptUp = performance.now();
    const read = [...lanes.values()].map((lane) => lane.status()).filter(({ caughtUp }) => caughtUp);
    if (read.length > 0) {
      await positions.keepUp(read);
    }
  };

  const commit = async (): Promise<void> => {
    const moved = [...lanes].flatMap(([name, lane]) => {
      const { doneTo } = lane.status();
      return committed.get(name) === doneTo ? [] : [{ name, ...lane.partition, offset: doneTo }];
    });
    if (moved.length === 0 || !joined) {
      return;
    }
    if (failpointsArmed()) {
      await hitFailpoint(FAILPOINTS.consumerTelling);
    }
    try {
      await subscription.commit(moved.map(({ topic, partition, offset }) => ({ topic, partition, offset })));
      for (const { name, offset } of moved) {
        committed.set(name, offset);
      }
    } catch {
      // Serves displays only; the next round tells again.
    }
  };

  const status = (): Omit<ConsumerStatus, 'state'> => ({
    joined,
    trouble: trouble ?? missing,
    partitions: [
      ...[...lanes.values()].map((lane) => statusOfLane(lane.status())),
      ...opening.waiting().map(statusOfWaiting),
    ],
  });

  const every = (ms: number, work: () => Promise<void>): NodeJS.Timeout => {
    const timer = setTimeout(async () => {
      await work();
      if (!closing.signal.aborted) {
        timer.refresh();
      }
    }, ms);
    return timer.unref();
  };
  const timers = [every(PARKED_COMPARE_EVERY_MS, compare), every(COMMIT_EVERY_MS, commit)];
  const stopObserving = telemetry.observe(() => status().partitions);

  return {
    status,
    async close(stopTimeoutMs) {
      closing.abort();
      opening.clear();
      timers.forEach(clearTimeout);
      stopObserving();
      const all = [...lanes.values()];
      await atMost(stopTimeoutMs, Promise.all(all.map((lane) => lane.drain())));
      await atMost(500, commit());
      const left = all.map((lane) => lane.abandon(new Error('the consumer stops')));
      await atMost(1_000, Promise.all([...left, ...farewells, opening.ended]));
      await subscription.close();
      joined = false;
    },
  };
}
