import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { EventDefinition } from '../event/index.ts';
import type { RetryPolicy } from './parking/policy.ts';
import type { Upcaster } from './upcast.ts';

/** An event as a handler receives it. */
export interface ReceivedEvent<Type extends string = string, Data = unknown> {
  /** The same in every copy of the message. */
  readonly id: string;
  readonly type: Type;
  /** The type it was written with: another one than `type` if it is an old version that was upcast. */
  readonly writtenAs: string;
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
   * @throws HandlerTransactionClosedError after the handler returned or was given up, HandlerTransactionControlError for COMMIT
   * and the like (savepoints are allowed), else whatever Postgres answers
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

/** A handler bound to its event; made by `on` or `on.batch`. */
export type EventHandler = BoundToEvent & (TakesOne | TakesBatch);

interface BoundToEvent {
  readonly type: string;
  readonly topic: string;
  readonly schema: StandardSchemaV1;
  /** Old versions of the event that it takes as well. */
  readonly upcasters: readonly Upcaster[];
  /** What is left open here is as the consumer's option `retry` has it. */
  readonly retry?: RetryPolicy;
}

interface TakesOne {
  readonly takes: 'one';
  readonly handle: (event: ReceivedEvent, context: HandlerContext) => Promise<void> | void;
}

interface TakesBatch {
  readonly takes: 'batch';
  readonly handle: (events: readonly ReceivedEvent[], context: HandlerContext) => Promise<void> | void;
}

/** What can be said about a handler. */
export interface HandlerOptions<Data = unknown> {
  /** How its event is tried again. What is left open is as the consumer's option `retry` has it. */
  readonly retry?: RetryPolicy;
  /** Old versions of the event that it takes as well, each made by `upcast`. */
  readonly upcasters?: readonly Upcaster<Data>[];
}

// Typed as a whole: a property assigned to a function would lose its doc comment in the declaration file, and so in editors.
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
export const on: {
  <Type extends string, Data>(
    event: EventDefinition<Type, Data>,
    handle: (event: ReceivedEvent<Type, Data>, context: HandlerContext) => Promise<void> | void,
    options?: HandlerOptions<NoInfer<Data>>,
  ): EventHandler;
  /**
   * Binds a handler that takes several events at once: those of a transaction that are for it, at most the consumer's
   * `maxBatchSize`, at least one. Its promises are those of `on`: each event once, the events of a key in order. The events in
   * the list are in the order of their partition. Where other handlers have events of the same key, they are called in
   * between; events of other keys may be handled ahead of those that came before them.
   *
   * When the handler fails, nothing of the transaction commits. Fewer events are tried, until the one at fault stands alone:
   * only then a try counts. An event whose data the schema refuses is found at once. `handlerTimeoutMs` is for the whole list.
   *
   * @example
   * on.batch(OrderPlaced, async (events, { tx }) => {
   *   const ids = events.map(({ data }) => data.orderId);
   *   await tx.query('INSERT INTO invoice (order_id) SELECT unnest($1::uuid[])', [ids]);
   * })
   */
  batch<Type extends string, Data>(
    event: EventDefinition<Type, Data>,
    handle: (events: readonly ReceivedEvent<Type, Data>[], context: HandlerContext) => Promise<void> | void,
    options?: HandlerOptions<NoInfer<Data>>,
  ): EventHandler;
} = /* @__PURE__ */ Object.assign(bindOne, { batch: bindBatch });

// The consumer hands over only what the event's schema accepted under its type.
function bindOne(
  event: AnyEvent,
  handle: (event: never, context: HandlerContext) => Promise<void> | void,
  options: HandlerOptions = {},
): EventHandler {
  return { ...bind(event, options), takes: 'one', handle: handle as TakesOne['handle'] };
}

function bindBatch(
  event: AnyEvent,
  handle: (events: never, context: HandlerContext) => Promise<void> | void,
  options: HandlerOptions = {},
): EventHandler {
  return { ...bind(event, options), takes: 'batch', handle: handle as TakesBatch['handle'] };
}

type AnyEvent = Pick<EventDefinition, 'type' | 'topic' | 'schema'>;

const bind = ({ type, topic, schema }: AnyEvent, { retry, upcasters = [] }: HandlerOptions): BoundToEvent => ({
  type,
  topic,
  schema,
  upcasters,
  ...(retry === undefined ? {} : { retry }),
});
