import { types } from 'node:util';
import type { Pool } from 'pg';
import { DEFAULT_SCHEMA } from '../database/schema-name.ts';
import { textOf } from '../errors/as-error.ts';
import type { Subscriber } from '../subscriber/index.ts';
import { armFailpointsFromEnvironment } from '../testing/failpoints.ts';
import { type Assignment, type AssignmentDependencies, openAssignment } from './assignment.ts';
import { ConsumerOptionsInvalidError, ConsumerStoppedError } from './errors.ts';
import { createSlots } from './lane/slots.ts';
import { callHandler } from './message/call-handler.ts';
import { createRouter, topicsOf, type UnknownEvents } from './message/route.ts';
import type { EventHandler } from './on.ts';
import { doubtStatements } from './parking/doubt.sql.ts';
import { createDoubt } from './parking/doubt.ts';
import { parkingStatements } from './parking/parking.sql.ts';
import { DEFAULT_POLICY, type RetryPolicy, type SettledPolicy, settlePolicy } from './parking/policy.ts';
import { createRedriveRunner } from './parking/redrive.ts';
import { toReason } from './parking/stored-message.ts';
import type { ConsumerProblem, ConsumerStatus } from './status.ts';
import { createConsumerTelemetry } from './telemetry.ts';
import { batchWork } from './transaction/batch.ts';
import { createPositions } from './transaction/positions.ts';
import { createWorkRunner } from './transaction/run-work.ts';
import { consumerStatements } from './transaction/statements.ts';

/** What a consumer works on, and its limits. Times are in milliseconds. */
export interface ConsumerOptions {
  /** Where the effects go. It holds at most `concurrency` connections of the pool, and one more now and then. */
  readonly db: Pool;
  /** How it reads Kafka; it leaves the group when the consumer stops. */
  readonly subscriber: Subscriber;
  /** Consumers of one group share the partitions; each group sees every event. */
  readonly groupId: string;
  /** At least one, and one for each topic and type. */
  readonly handlers: readonly EventHandler[];
  /**
   * What to do with events of types no handler asks for. `skip` (the default) passes over them for good; `park` parks their
   * keys, so that a handler deployed later finds them in order; `fail` stops their partition until a handler is deployed.
   */
  readonly unknownEvents?: UnknownEvents;
  /**
   * The same for unknown versions of an event that some handler takes: types that differ from its type, or from that of one
   * of its upcasters, in their ending `.v2`, `.v3` … alone. Default `park`: who is passed by when a writer is deployed first
   * has lost something. `skip` fits a writer that writes both versions.
   */
  readonly unknownVersions?: UnknownEvents;
  /** The same for messages that were not written by an outbox. Default: as `unknownEvents`. */
  readonly foreignMessages?: UnknownEvents;
  /**
   * What to do when Kafka has removed messages before they were read, or the topic was made anew. `fail` (the default)
   * stops the partition and says so; `earliest` goes on with the oldest message there is.
   *
   * A topic that was made anew is known by its id when a partition is opened, if the client is told it: `platformaticSubscriber`
   * is. `kafkajsSubscriber` is not: it sees that the position is behind the end of the topic, and nothing as soon as the new
   * topic is longer. Then what lies before the position is passed over, so stop the consumers before you make a topic anew, and
   * remove its rows from `consumer_position`.
   */
  readonly outOfRange?: 'fail' | 'earliest';
  /**
   * How many whole days the ids of handled events are kept, by the events' own times, 1 to 12: an event that is older than
   * those handled last by more than this is parked (`EVENT_TOO_OLD`), since nobody can know whether it is a copy. Give all
   * consumers of a group the same. Default 7.
   */
  readonly inboxDays?: number;
  /** The schema `migrate` made. Default `outbox`. */
  readonly schemaName?: string;
  /** How many partitions are handled at once. Default 8. */
  readonly concurrency?: number;
  /** The most messages in one transaction. Default 500. */
  readonly maxBatchSize?: number;
  /**
   * After this a handler is given up and its message counts as failed. Postgres also ends the session of a consumer
   * that was frozen for about as long, so that another can go on with its partitions. Default 60,000.
   */
  readonly handlerTimeoutMs?: number;
  /** How long `stop` waits for handlers at work before it gives them up, up to 2,000,000,000. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /**
   * How an event that fails is tried again, and when its key is parked, where its handler does not say. Default: 10 tries
   * with waits from 200 to 60,000; an error whose `retryable` is `false` parks at once.
   */
  readonly retry?: RetryPolicy;
  /** Told of everything that goes wrong, for logs. What can be done is done by the consumer. */
  readonly onError?: (problem: ConsumerProblem) => void;
}

/** Handles events of its topics. Any number of them may run in one group: they share the partitions. */
export interface Consumer extends AsyncDisposable {
  /**
   * Begins to consume and returns; it needs neither Kafka nor Postgres to be there yet. From then on the consumer
   * recovers by itself from whatever happens to them. Throws `ConsumerStoppedError` after `stop`.
   */
  start(): Promise<void>;
  /**
   * Lets handlers at work finish for up to `stopTimeoutMs`, gives up the rest (their transactions roll back, and another
   * consumer takes them over), and leaves the group. Takes at most about four seconds longer than that.
   */
  stop(): Promise<void>;
  /** What it is doing now. Asks nobody, so it is cheap and says what was last seen. */
  status(): ConsumerStatus;
}

/**
 * Reads events from Kafka and runs their handlers, with effects that happen once.
 *
 * For each partition a batch is one transaction: the ids of its messages go into the inbox, the handlers of those that
 * are new run in order, and the group's position moves. All of that commits or none. So a copy of a message, a kill at
 * any moment, a rebalance, or a second consumer that still believes it owns the partition cannot double an effect, and
 * a position never passes a message that was not handled.
 *
 * @throws ConsumerOptionsInvalidError when options cannot work together, TypeError when `schemaName` cannot be a schema's name
 *
 * @example
 * const consumer = createConsumer({
 *   db: pool,
 *   subscriber: kafkajsSubscriber({ brokers: ['127.0.0.1:9092'], clientId: 'billing' }),
 *   groupId: 'billing.invoices',
 *   handlers: [
 *     on(OrderPlaced, async (event, { tx }) => {
 *       await tx.query('INSERT INTO invoice (order_id) VALUES ($1)', [event.data.orderId]);
 *     }),
 *   ],
 * });
 * await consumer.start();
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { db, subscriber, groupId, handlers } = options;
  if (groupId === '') {
    throw new ConsumerOptionsInvalidError('groupId must not be empty');
  }
  const concurrency = atLeastOne('concurrency', options.concurrency ?? 8);
  const maxBatchSize = atLeastOne('maxBatchSize', options.maxBatchSize ?? 500);
  const handlerTimeoutMs = milliseconds('handlerTimeoutMs', options.handlerTimeoutMs ?? 60_000, 1);
  const stopTimeoutMs = milliseconds('stopTimeoutMs', options.stopTimeoutMs ?? 5_000, 0);
  const unknownEvents = options.unknownEvents ?? 'skip';
  const route = createRouter(handlers, {
    events: unknownEvents,
    versions: options.unknownVersions ?? 'park',
    foreign: options.foreignMessages ?? unknownEvents,
  });
  const policy = checkedPolicy(options.retry, DEFAULT_POLICY);
  const policies = new Map(handlers.map((handler) => [handler, checkedPolicy(handler.retry, policy)]));
  const parking = parkingStatements(options.schemaName ?? DEFAULT_SCHEMA);
  const statements = consumerStatements(options.schemaName ?? DEFAULT_SCHEMA, handlerTimeoutMs + 5_000);
  const onError = safely(options.onError ?? (() => {}));
  const claiming = { statements, groupId, inboxWindow: `${checkedInboxDays(options.inboxDays)} days` };
  armFailpointsFromEnvironment();
  const run = createWorkRunner({ pool: db, statements, handlerTimeoutMs, call: callHandler(groupId) });

  const dependencies: AssignmentDependencies = {
    subscriber,
    groupId,
    topics: topicsOf(handlers),
    positions: createPositions(db, claiming),
    outOfRange: options.outOfRange ?? 'fail',
    onError,
    telemetry: createConsumerTelemetry(groupId),
    lane: {
      route,
      runBatch: (batch, signal) => run(batchWork({ ...claiming, parking }, batch), signal),
      doubt: createDoubt(db, doubtStatements(options.schemaName ?? DEFAULT_SCHEMA), groupId),
      redrive: createRedriveRunner({ run, statements: parking, groupId, route }),
      async refuse({ topic, partition }, key, { offset, error }) {
        await db.query(parking.refuse, [groupId, topic, partition, key, ...toReason(error), offset]);
      },
      slots: createSlots(concurrency),
      maxBatchSize,
      policyOf: (message) => (message.kind === 'handle' && policies.get(message.handler)) || policy,
    },
  };

  // A pool tells of connections that broke while nobody used them; unheard, that would end the process.
  const onPoolError = (error: Error): void => onError({ kind: 'database', error });
  let state: ConsumerStatus['state'] = 'new';
  let assignment: Assignment | undefined;
  let stopped: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    state = 'stopping';
    if (assignment !== undefined) {
      await assignment.close(stopTimeoutMs);
      db.off('error', onPoolError);
    }
    state = 'stopped';
  };

  const consumer: Consumer = {
    async start() {
      if (state === 'stopping' || state === 'stopped') {
        throw new ConsumerStoppedError('this consumer was stopped: create a new one');
      }
      if (state === 'new') {
        state = 'running';
        db.on('error', onPoolError);
        assignment = openAssignment(dependencies);
      }
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
    status: () => ({ state, ...(assignment?.status() ?? { joined: false, trouble: null, partitions: [] }) }),
    [Symbol.asyncDispose]: () => consumer.stop(),
  };
  return consumer;
}

/** A reporter that throws must not stop what it reports on. */
function safely(report: (problem: ConsumerProblem) => void): (problem: ConsumerProblem) => void {
  return (problem) => {
    try {
      report(problem);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : textOf(error));
    }
  };
}

function checkedPolicy(given: RetryPolicy | undefined, fallback: SettledPolicy): SettledPolicy {
  const { attempts, firstMs, maxMs, judge } = given ?? {};
  for (const [name, value] of Object.entries({ firstMs, maxMs })) {
    if (value !== undefined) {
      milliseconds(`retry.${name}`, value, 1);
    }
  }
  if (types.isAsyncFunction(judge)) {
    throw new ConsumerOptionsInvalidError('retry.judge must answer at once: it must not be async');
  }
  if (attempts !== undefined && attempts !== Number.POSITIVE_INFINITY) {
    atLeastOne('retry.attempts', attempts);
  }
  return settlePolicy(given, fallback);
}

/** The ring has 16 days: some are left for groups that lag, and for times in the future. */
function checkedInboxDays(days = 7): number {
  if (!Number.isInteger(days) || days < 1 || days > 12) {
    throw new ConsumerOptionsInvalidError(`inboxDays must be a whole number from 1 to 12; got ${days}`);
  }
  return days;
}

/** What timers can take, and Postgres with a little added: some 23 days. */
const LONGEST_MS = 2_000_000_000;

function milliseconds(name: string, value: number, least: number): number {
  if (!(value >= least && value <= LONGEST_MS)) {
    throw new ConsumerOptionsInvalidError(
      `${name} must be a number of milliseconds from ${least} to ${LONGEST_MS}; got ${value}`,
    );
  }
  return Math.ceil(value);
}

function atLeastOne(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new ConsumerOptionsInvalidError(`${name} must be a whole number from 1; got ${value}`);
  }
  return value;
}
