import { metrics, SpanStatusCode } from '@opentelemetry/api';
import type { Database } from '../database/port.ts';
import { DEFAULT_SCHEMA, quoteSchema } from '../database/schema-name.ts';
import { NudgeUnavailableError } from '../errors/writing.ts';
import type { EventDefinition } from '../event/define-event.ts';
import { INSTRUMENTATION, METRICS } from '../telemetry/names.ts';
import { commitEarly } from '../testing/commit-early.ts';
import {
  armFailpointsFromEnvironment,
  FAILPOINTS,
  FailpointHitError,
  failpointsArmed,
  hitFailpoint,
} from '../testing/failpoints.ts';
import { subjectOf } from '../testing/subject-of.ts';
import { encode, type MessageInput } from './encode.ts';
import { serializeKeys } from './insert.sql.ts';
import { createInsert } from './insert.ts';
import { createNudger } from './nudge.ts';
import { startCreateSpan, traceHeaders } from './trace-context.ts';
import { type OutboxTransaction, runnerOf } from './transaction.ts';

/** What all messages of one writer have in common. */
export interface OutboxOptions {
  /** CloudEvents `source` of every message, a URI reference such as `/bezel/shop`. */
  readonly source: string;
  /** Default `outbox`. */
  readonly schemaName?: string;
  /** For `nudge` only: connections of its own, outside the transactions that write. */
  readonly db?: Database;
  /** Largest message, frame included, in bytes. Default 1,000,000, which fits a broker's default limit. */
  readonly maxMessageBytes?: number;
}

/** How a write takes place. */
export interface WriteManyOptions {
  /**
   * Makes this transaction wait for other transactions that serialize on the same key, so that the order of messages is
   * the order of commits even for writers that overlap. Costs waiting; taken until the transaction ends.
   */
  readonly serializeKey?: boolean;
}

/** How one message is written, and what it carries beside its data. */
export interface WriteOptions extends WriteManyOptions, Omit<MessageInput<never>, 'data'> {}

/** Writes messages into the caller's transactions. Holds no connection and no state of any database. */
export interface Outbox {
  /**
   * Writes one message in the caller's transaction: it is published after the commit, or never. Messages of one
   * transaction are published in the order they were written, per topic and key.
   *
   * @returns the message's id, the same in every copy that is published
   * @throws EventInvalidError, MessageTooLargeError, TransactionMissingError: nothing was sent to the server then. Else
   * whatever the transaction throws; it has failed, and the message with it.
   */
  write<Data>(
    tx: OutboxTransaction,
    event: EventDefinition<string, Data>,
    data: NoInfer<Data>,
    options?: WriteOptions,
  ): Promise<{ readonly id: string }>;

  /**
   * Writes many messages of one event in one statement, in the order given. None is written when one is refused.
   *
   * @returns their ids, in the order given
   * @throws the same as `write`
   */
  writeMany<Data>(
    tx: OutboxTransaction,
    event: EventDefinition<string, Data>,
    messages: readonly MessageInput<NoInfer<Data>>[],
    options?: WriteManyOptions,
  ): Promise<readonly { readonly id: string }[]>;

  /**
   * Wakes idle relays at once; call it after the commit, from any number of places. Without it a message waits for the
   * next idle poll, 40 ms at most. Needs `db`.
   *
   * @throws NudgeUnavailableError without `db`, else whatever Postgres answers. The messages are safe either way.
   */
  nudge(): Promise<void>;
}

/**
 * Creates a writer. It opens nothing and remembers nothing: one for a service will do, for any number of databases that
 * have the schema.
 *
 * A message it writes is committed with the caller's transaction or not at all, and then published at least once by a relay,
 * in the order of its key.
 *
 * @throws TypeError when `schemaName` cannot be a schema's name
 *
 * @example
 * const outbox = createOutbox({ source: '/bezel/shop' });
 * await db.transaction().execute(async (trx) => {
 *   await trx.insertInto('orders').values(order).execute();
 *   await outbox.write(trx, OrderPlaced, { orderId: order.id, totalMinor: order.totalMinor });
 * });
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { source, schemaName = DEFAULT_SCHEMA, db, maxMessageBytes = 1_000_000 } = options;
  const schema = quoteSchema(schemaName);
  armFailpointsFromEnvironment();
  const insert = createInsert(schema, source);
  const serialize = serializeKeys(schema);
  const nudge = db === undefined ? undefined : createNudger(db, schemaName);
  const written = metrics.getMeter(INSTRUMENTATION).createCounter(METRICS.written, { description: 'Messages written' });

  async function writeMany<Data>(
    tx: OutboxTransaction,
    event: EventDefinition<string, Data>,
    inputs: readonly MessageInput<Data>[],
    { serializeKey = false }: WriteManyOptions = {},
  ): Promise<readonly { readonly id: string }[]> {
    if (inputs.length === 0) {
      return [];
    }
    const messages: Awaited<ReturnType<typeof encode>>[] = [];
    for (const input of inputs) {
      messages.push(await encode(event, input, maxMessageBytes));
    }
    const run = await runnerOf(tx);
    const spans = messages.map(startCreateSpan);
    for (const [n, { headers }] of messages.entries()) {
      Object.assign(headers, spans[n] && traceHeaders(spans[n]));
    }
    const { sql, params } = insert(messages);
    try {
      if (serializeKey) {
        await run(serialize, [messages.map(({ topic }) => topic), messages.map(({ key }) => key)]);
      }
      if (failpointsArmed()) {
        await hitFailpoint(FAILPOINTS.writerWriting, () => messages.map(subjectOf));
        if (await hitFailpoint(FAILPOINTS.writerCommitsEarly)) {
          await commitEarly(db, sql, params);
          throw new FailpointHitError('the message was committed without its transaction, on purpose');
        }
      }
      await run(sql, params);
      if (failpointsArmed()) await hitFailpoint(FAILPOINTS.writerWritten, () => messages.map(subjectOf));
    } catch (error) {
      for (const span of spans) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      }
      throw error;
    } finally {
      for (const span of spans) {
        span.end();
      }
    }
    written.add(messages.length, { topic: event.topic, type: event.type });
    return messages.map(({ id }) => ({ id }));
  }

  return {
    async write(tx, event, data, { id, headers, serializeKey = false } = {}) {
      const [message] = await writeMany(tx, event, [{ data, id, headers }], { serializeKey });
      return message as { id: string };
    },
    writeMany,
    async nudge() {
      if (nudge === undefined) {
        throw new NudgeUnavailableError('nudge needs connections of its own: createOutbox({ db: pool, … })');
      }
      if (failpointsArmed()) await hitFailpoint(FAILPOINTS.writerNudging);
      await nudge();
      if (failpointsArmed()) await hitFailpoint(FAILPOINTS.writerNudged);
    },
  };
}
