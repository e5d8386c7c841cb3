import type { Database } from '../database/port.ts';
import { DEFAULT_SCHEMA, quoteSchema } from '../database/schema-name.ts';
import { createStatementRunner, type StatementRunner } from '../database/statement.ts';
import { asError } from '../errors/as-error.ts';
import { RetentionStateError } from '../errors/retaining.ts';
import { Wake } from '../relay/wake.ts';
import { emptyInboxSlot, emptySlot, listInboxSlots, listSlots } from './retention.sql.ts';
import type {
  InboxSlotOutcome,
  InboxSlotStatus,
  RetentionProblem,
  RetentionStatus,
  SlotOutcome,
  SlotStatus,
} from './status.ts';
import { createRetentionTelemetry, type RetentionTelemetry } from './telemetry.ts';

/** What is emptied, and how late. */
export interface RetentionOptions {
  /** Where the outbox is. A `pg.Pool` fits. */
  readonly db: Database;
  /** The schema `migrate` made. Default `outbox`. */
  readonly schemaName?: string;
  /**
   * How many whole days a message stays after the day it was written, at least: 0, 1 or 2. Default 2. A message that was
   * not published stays as long as it takes.
   */
  readonly keepDays?: 0 | 1 | 2;
  /** How often it is looked, in ms. Default 60,000. */
  readonly everyMs?: number;
  /** Told when Postgres does not answer or refuses; it is tried again. */
  readonly onError?: (problem: RetentionProblem) => void;
}

/** Frees the space of messages that were published, and of ids that consumers need no longer. */
export interface Retention extends AsyncDisposable {
  /**
   * Starts to look, now and then every `everyMs`. Postgres may be away.
   *
   * @throws RetentionStateError when it was started before
   */
  start(): void;
  /** Looks once, now. Rejects when Postgres does not answer or refuses. */
  once(): Promise<readonly SlotStatus[]>;
  /** Ends after the look under way. */
  stop(): Promise<void>;
  /** What the last look came to. Asks nobody. */
  status(): RetentionStatus;
}

const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Creates what empties the outbox's slots: whole partitions, by TRUNCATE, never a row that was not published. Messages lie
 * in a ring of four slots of a day; a slot that cannot be emptied yet keeps growing and is tried again, and no INSERT ever
 * waits for it for more than a few milliseconds or fails for want of a slot. The inbox of consumers is emptied likewise, as
 * far as they are past its days (their option `inboxDays`). Run it beside each relay if you like: two at
 * once do no harm.
 *
 * @throws TypeError when `keepDays` is not 0, 1 or 2, or `schemaName` cannot be a schema's name
 *
 * @example
 * const retention = createRetention({ db: pool, keepDays: 1 });
 * retention.start();
 * process.once('SIGTERM', () => void retention.stop());
 */
export function createRetention(options: RetentionOptions): Retention {
  const { db, schemaName = DEFAULT_SCHEMA, keepDays = 2, everyMs = 60_000, onError } = options;
  if (![0, 1, 2].includes(keepDays)) {
    throw new TypeError(`keepDays must be 0, 1 or 2; got ${keepDays}`);
  }
  const run = createStatementRunner(db, { timeoutMs: STATEMENT_TIMEOUT_MS });
  const schema = quoteSchema(schemaName);
  const telemetry = createRetentionTelemetry();
  const wake = new Wake();
  let state: RetentionStatus['state'] = 'new';
  let slots: readonly SlotStatus[] = [];
  let inbox: readonly InboxSlotStatus[] = [];
  let trouble: RetentionStatus['trouble'] = null;
  let work: Promise<void> | undefined;

  async function once(): Promise<readonly SlotStatus[]> {
    slots = await look(run, schema, keepDays, telemetry);
    inbox = await lookAtInbox(run, schema);
    return slots;
  }

  function tell(error: Error): void {
    try {
      onError?.({ kind: 'database', error });
    } catch (thrown) {
      // A reporter that throws must not stop what it reports on.
      process.emitWarning(String(thrown));
    }
  }

  async function loop(): Promise<void> {
    while (state === 'running') {
      try {
        await once();
        trouble = null;
      } catch (cause) {
        const error = asError(cause);
        if (trouble?.message !== error.message) tell(error);
        trouble = { message: error.message, since: trouble?.since ?? new Date().toISOString() };
      }
      if (state === 'running') await wake.wait(everyMs);
    }
  }

  async function stop(): Promise<void> {
    if (state === 'running') {
      state = 'stopping';
      wake.notify();
    }
    await work;
    state = 'stopped';
  }

  return {
    start() {
      if (state !== 'new') throw new RetentionStateError(`this retention is ${state}; create another one`);
      state = 'running';
      db.on?.('error', idleConnectionLost);
      work = loop().finally(() => db.removeListener?.('error', idleConnectionLost));
    },
    once,
    stop,
    status: () => ({ state, slots, inbox, trouble }),
    [Symbol.asyncDispose]: stop,
  };
}

/** The pool replaces connections that broke while nobody used them; unheard, that would end the process. */
const idleConnectionLost = (): void => {};

async function look(
  run: StatementRunner,
  schema: string,
  keepDays: number,
  telemetry: RetentionTelemetry,
): Promise<SlotStatus[]> {
  const { rows } = await run.run(listSlots(schema), []);
  const found: SlotStatus[] = [];
  for (const { slot, bytes, age } of rows as { slot: number; bytes: string; age: number }[]) {
    const outcome = age > keepDays ? await empty(run, schema, slot) : 'current';
    found.push({ slot, age, bytes: Number(bytes), outcome });
    telemetry.looked(slot, Number(bytes), outcome);
  }
  return found;
}

async function empty(run: StatementRunner, schema: string, slot: number): Promise<SlotOutcome> {
  const { rows } = await run.run(emptySlot(schema), [slot]);
  return (rows as [{ outcome: SlotOutcome }])[0].outcome;
}

async function lookAtInbox(run: StatementRunner, schema: string): Promise<InboxSlotStatus[]> {
  const { rows } = await run.run(listInboxSlots(schema), []);
  const found: InboxSlotStatus[] = [];
  for (const { slot, bytes } of rows as { slot: number; bytes: string }[]) {
    const emptied = await run.run(emptyInboxSlot(schema), [slot]);
    const [{ outcome }] = emptied.rows as [{ outcome: InboxSlotOutcome }];
    found.push({ slot, bytes: Number(bytes), outcome });
  }
  return found;
}
