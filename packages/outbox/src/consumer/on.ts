import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { EventDefinition } from '../event/index.ts';
import type { RetryPolicy } from './parking/policy.ts';

/** An event as a handler receives it. */
export interface ReceivedEvent<Type extends string = string, Data = unknown> {
  /** The same in every copy of the message. */
  readonly id: string;
  readonly type: Type;
  readonly source: string;
  /** When it was written, RFC 3339, as the writer stated it. */
  readonly time: string;
  /** The writer's number of the message; for people and tools, never a reason to drop a message. */
  readonly sequence: string | null;
  readonly topic: string;
  readonly key: string | null;
  readonly partition: number;
  /** Decimal, since it may exceed what a number holds. */
  readonly offset: string;
  /** What the event's schema made of the payload. */
  readonly data: Data;
  /** All headers that are not CloudEvents attributes. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The transaction a handler works in. It also holds the inbox entry and the consumer's position. */
export interface HandlerTransaction {
  /**
   * Runs one statement. A failed one fails the transaction: let its error pass, the message is then tried again.
   *
   * @throws HandlerTransactionClosedError after the handler returned or was given up, else whatever Postgres answers
   */
  query<Row = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }>;
}

/** What a handler works with. */
export interface HandlerContext {
  /**
   * What is done through it commits together with the fact that the event was handled, or not at all. Usable until the
   * handler returns. Never commit or roll it back. It may be handed to `outbox.write`.
   */
  readonly tx: HandlerTransaction;
  /**
   * Aborted when the work is in vain: the partition went to another consumer, the time is up, the consumer stops or the
   * database connection is gone. Hand it to whatever waits.
   */
  readonly signal: AbortSignal;
}

/** A handler bound to its event; made by `on`. */
export interface EventHandler {
  readonly type: string;
  readonly topic: string;
  readonly schema: StandardSchemaV1;
  readonly handle: (event: ReceivedEvent, context: HandlerContext) => Promise<void> | void;
  /** What is left open here is as the consumer's option `retry` has it. */
  readonly retry?: RetryPolicy;
}

/**
 * Binds a handler to an event.
 *
 * The handler runs once for each event as far as its effects go through `tx`. Anything else it does (a call to another
 * service, say) happens at least once: the handler runs again after an error, a lost connection or a kill. Events of
 * one key come in order, and an event is not handled before the one ahead of it with its key succeeded or was discarded: an
 * event that cannot be handled parks its key, and what follows waits there for a redrive.
 *
 * @example
 * on(OrderPlaced, async (event, { tx, signal }) => {
 *   await tx.query('INSERT INTO invoice (order_id, total) VALUES ($1, $2)', [event.data.orderId, event.data.totalMinor]);
 * })
 */
export function on<Type extends string, Data>(
  event: EventDefinition<Type, Data>,
  handle: (event: ReceivedEvent<Type, Data>, context: HandlerContext) => Promise<void> | void,
  { retry }: { readonly retry?: RetryPolicy } = {},
): EventHandler {
  return {
    type: event.type,
    topic: event.topic,
    schema: event.schema,
    // The consumer hands over only what this schema accepted under this type.
    handle: handle as unknown as EventHandler['handle'],
    ...(retry === undefined ? {} : { retry }),
  };
}
