import { randomUUID } from 'node:crypto';
import { DEFAULT_SCHEMA, quoteSchema } from '../database/schema-name.ts';
import { createStatementRunner } from '../database/statement.ts';
import { asError } from '../errors/as-error.ts';
import { OutboxError } from '../errors/outbox-error.ts';
import { RelayStateError } from '../errors/relaying.ts';
import { DEFAULT_PACE, waitAfter } from '../reader/poll-pace.ts';
import { backoffMs } from '../subscriber/backoff.ts';
import { armFailpointsFromEnvironment } from '../testing/failpoints.ts';
import { nudgeChannel } from '../writer/nudge.ts';
import { listen } from './listen.ts';
import type { RelayOptions } from './options.ts';
import { Parking } from './parking/parking.ts';
import { Reading } from './reading.ts';
import { observeRelay } from './reports/gauges.ts';
import { Problems } from './reports/problems.ts';
import { DatabaseClock } from './sending/database-clock.ts';
import { Outbound } from './sending/outbound.ts';
import { Sending } from './sending/sending.ts';
import { Checkpointing } from './shards/checkpointing.ts';
import type { Lane, LaneMessage } from './shards/lane.ts';
import { Lanes, type LossReason } from './shards/lanes.ts';
import { type Drawn, LEASES_MOVED, Leasing } from './shards/leasing.ts';
import { inspectSchema } from './shards/preflight.sql.ts';
import { preflight, type Sequences } from './shards/preflight.ts';
import { shardStatus } from './shards/shard-status.ts';
import type { RelayStatus } from './status.ts';
import { createRelayTelemetry } from './telemetry.ts';
import { Wake } from './wake.ts';

/** Publishes an outbox. Any number of them may run on one database: they share its shards. */
export interface Relay extends AsyncDisposable {
  /**
   * Begins to publish and returns. Kafka and Postgres need not be there yet, and may go and come back.
   *
   * @throws SchemaOutdatedError, SequenceUnsafeError, ClusterChangedError when the database answers and is not one a
   * relay may work on; RelayStateError when it was started before
   */
  start(): Promise<void>;
  /**
   * Ends the send under way, stores what is published and gives the leases up, so that another relay goes on at once. Takes
   * at most `stopTimeoutMs` for each of the two and some seconds for the connections, whatever answers. Never rejects for
   * trouble with Kafka or Postgres.
   */
  stop(): Promise<void>;
  /** What it is doing now. Asks nobody, so it is cheap and says what was last seen. */
  status(): RelayStatus;
}

/** Keeps a wait that only others can end from lasting for ever should a notification be missed. */
const LOOK_AGAIN_MS = 1_000;
/** Long enough for a read of a cold and crowded table, short enough to leave a connection that is dead. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A turn that takes longer than anything it waits for may take does not move any more. */
const STALLED_AFTER_MS = { reading: STATEMENT_TIMEOUT_MS + 5_000, sending: 120_000 };

/**
 * Creates a relay. It reads the outbox in the order of each key, sends what it read and stores how far it came; the
 * three overlap. Every committed message is published at least once, with the same id each time.
 *
 * @throws TypeError when `schemaName` cannot be a schema's name
 *
 * @example
 * const relay = createRelay({ db: pool, publisher: kafkajsPublisher({ brokers, clientId: 'shop' }) });
 * await relay.start();
 * process.once('SIGTERM', () => void relay.stop());
 */
export function createRelay(options: RelayOptions): Relay {
  armFailpointsFromEnvironment();
  const { db, publisher, leaseMs = 1_200, checkpointMs = 250, stopTimeoutMs = 5_000, onError } = options;
  const schemaName = options.schemaName ?? DEFAULT_SCHEMA;
  const schema = quoteSchema(schemaName);
  const channel = nudgeChannel(schemaName);
  const retry = options.retry ?? { firstMs: 50, maxMs: 2_000 };
  const pace = { ...DEFAULT_PACE, ...options.pace };
  const relay = randomUUID();
  const run = createStatementRunner(db, { timeoutMs: STATEMENT_TIMEOUT_MS });
  const telemetry = createRelayTelemetry(relay);
  const problems = new Problems(onError);
  const maxMessagesInMemory = options.maxMessagesInMemory ?? 10_000;
  const outbound = new Outbound<LaneMessage>({
    backoff: retry,
    maxHeld: Math.ceil(maxMessagesInMemory / 4),
    maxHeldKeys: 1_000,
    parkAfter: options.parkAfter ?? 3,
  });
  const lanes = new Lanes((lane, reason) => lost(lane, reason));
  const reading = new Reading({
    schema,
    run,
    lanes,
    outbound,
    telemetry,
    maxMessagesInMemory,
    maxBytesInMemory: options.maxBytesInMemory ?? 32 * 1024 * 1024,
  });
  const clock = new DatabaseClock();
  const sending = new Sending({
    publisher,
    outbound,
    telemetry,
    clock,
    maxBatchSize: options.maxBatchSize ?? 2_000,
    maxBatchBytes: options.maxBatchBytes ?? 900_000,
  });
  const checkpointing = new Checkpointing({ schema, run, lanes, telemetry });
  const parking = new Parking({ schema, run, lanes, outbound, telemetry });
  const leasing = new Leasing({ relay, schema, channel, leaseMs, run, lanes, parking, moving, clock, won, drawn });
  const readWake = new Wake();
  const sendWake = new Wake();
  const leaseWake = new Wake();
  const checkpointWake = new Wake();
  /** Loops whose latest turn failed, by what wakes them. */
  const failing = new Set<Wake>();

  let state: RelayStatus['state'] = 'new';
  let sequences: Sequences | undefined;
  const lastTurn = { reading: performance.now(), sending: performance.now() };
  let published = 0;
  let loops: Promise<unknown> | undefined;
  let stopping: Promise<void> | undefined;

  function moving(): boolean {
    const now = performance.now();
    return now - lastTurn.reading < STALLED_AFTER_MS.reading && now - lastTurn.sending < STALLED_AFTER_MS.sending;
  }

  function won(lane: Lane): void {
    telemetry.lease(lane, true);
    readWake.notify();
  }

  function drawn(newest: Drawn, at: number): void {
    if (reading.looked(newest, at)) {
      readWake.notify();
    }
  }

  function heard(said: string): void {
    if (said === LEASES_MOVED) {
      leaseWake.notify();
    } else {
      // Stays awake for a while: whoever nudged does not repeat it for each message.
      emptyReads = 0;
      readWake.notify();
    }
  }

  function lost(lane: Lane, reason: LossReason): void {
    telemetry.lease(lane, false);
    telemetry.lost(lane, reason);
    if (reason !== 'lease-lost' && reason !== 'checkpoint-refused') {
      telemetry.memoryDropped(lane, reason);
      sequences = undefined; // another server, or another generation: looked at again before a lease is taken
    }
    problems.tell({ kind: 'shard', shard: lane.shard, error: new Error(`shard ${lane.shard} is lost: ${reason}`) });
    leaseWake.notify();
  }

  /** Repeats a turn until the relay stops. A turn answers how long to wait before the next; one that fails backs off. */
  async function loop(wake: Wake, turn: () => Promise<number>, usesDatabase = true): Promise<void> {
    // Trouble is over when nothing fails any more: leases may be renewed while every read fails.
    let failures = 0;
    while (state === 'running') {
      try {
        const wait = await turn();
        failures = 0;
        failing.delete(wake);
        if (usesDatabase && failing.size === 0) problems.databaseAnswered();
        await wake.wait(wait);
      } catch (error) {
        failures += 1;
        failing.add(wake);
        problems.databaseFailed(error);
        await wake.wait(backoffMs(failures, retry));
      }
    }
  }

  let leasesDueAt = Number.NEGATIVE_INFINITY;
  async function leaseTurn(): Promise<number> {
    sequences ??= await preflight(run, inspectSchema(schema), schemaName);
    await leasing.round(sequences);
    const leaving = lanes.ready(performance.now());
    if (leaving.length > 0) {
      await giveUp(leaving);
    }
    leasesDueAt = performance.now() + leasing.everyMs;
    return leasing.everyMs;
  }

  let emptyReads = 0;
  async function readTurn(): Promise<number> {
    const now = performance.now();
    lastTurn.reading = now;
    const wait = waitAfter(emptyReads, pace);
    if (reading.isCalm() && leasesDueAt > now && leasesDueAt - now < wait) {
      // A round of leases looks how far the sequences are as well, and is due before the next look.
      leaseWake.notify();
      emptyReads += 1;
      return wait;
    }
    const count = await reading.once();
    if (count === undefined) {
      return Math.min(LOOK_AGAIN_MS, leaseMs / 2);
    }
    emptyReads = count > 0 ? 0 : emptyReads + 1;
    if (count > 0) {
      sendWake.notify();
    }
    return reading.more ? 0 : waitAfter(emptyReads, pace);
  }

  async function sendTurn(): Promise<number> {
    lastTurn.sending = performance.now();
    const sent = await sending.once();
    if (sent === undefined) {
      const due = outbound.nextDue();
      return due === undefined ? LOOK_AGAIN_MS : Math.max(1, due - performance.now());
    }
    published += sent.published;
    problems.answered(sent);
    if (sent.parked.length > 0 || sent.batch.some(({ redriven }) => redriven)) {
      checkpointWake.notify();
    }
    readWake.notify();
    return 0;
  }

  async function giveUp(some: readonly Lane[]): Promise<void> {
    await checkpointing.store(some);
    const own = some.filter(({ alive }) => alive);
    for (const lane of own) {
      lanes.remove(lane);
      telemetry.lease(lane, false);
    }
    await leasing.release(own);
  }

  async function work(signal: AbortSignal, stopObserving: () => void): Promise<void> {
    await Promise.all([
      loop(leaseWake, leaseTurn),
      loop(readWake, readTurn),
      loop(sendWake, sendTurn, false),
      loop(checkpointWake, async () => {
        if (await parking.turn()) {
          readWake.notify();
          sendWake.notify();
        }
        await checkpointing.store(lanes.all());
        return checkpointMs;
      }),
      listen({
        db,
        channel,
        signal,
        retry,
        heard,
      }),
    ]);
    stopObserving();
  }

  function status(): RelayStatus {
    const clocks = { monotonicMs: performance.now(), wallMs: Date.now() };
    return {
      state,
      relay,
      trouble: problems.trouble,
      shards: lanes.all().map((lane) => shardStatus(lane, clocks)),
      waiting: outbound.holds().map(({ topic, key, failures, error }) => ({
        topic,
        key: key ?? null,
        failures,
        message: error.message,
      })),
      parked: lanes.all().flatMap(({ parked }) => parked.status()),
      published,
    };
  }

  const aborting = new AbortController();

  async function stop(): Promise<void> {
    if (state === 'new') {
      state = 'stopped';
      return;
    }
    state = 'stopping';
    aborting.abort();
    for (const wake of [leaseWake, readWake, sendWake, checkpointWake]) wake.notify();
    await within(stopTimeoutMs, loops);
    await within(stopTimeoutMs, farewell());
    await publisher.close();
    db.removeListener?.('error', idleConnectionLost);
    state = 'stopped';
  }

  async function farewell(): Promise<void> {
    try {
      await giveUp(lanes.all());
      await leasing.farewell();
    } catch (error) {
      problems.tell({ kind: 'database', error: asError(error) });
    }
  }

  return {
    async start() {
      if (state !== 'new') {
        throw new RelayStateError(`the relay is ${state}; create another one`);
      }
      state = 'running';
      try {
        sequences = await preflight(run, inspectSchema(schema), schemaName);
      } catch (error) {
        if (error instanceof OutboxError && !error.retryable) {
          state = 'stopped';
          throw error;
        }
        problems.databaseFailed(error);
      }
      db.on?.('error', idleConnectionLost);
      loops = work(aborting.signal, observeRelay(relay, { status, troubledBy: (kind) => problems.troubledBy(kind) }));
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    status,
    [Symbol.asyncDispose]() {
      return this.stop();
    },
  };
}

/** The pool replaces connections that broke while nobody used them. What was under way reports for itself. */
const idleConnectionLost = (): void => {};

/** Waits for work to end, but no longer than the time given: a stop must end even if a server never answers. */
async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}
