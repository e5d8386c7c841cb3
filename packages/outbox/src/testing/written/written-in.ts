import { EventDataInvalidError } from '../../consumer/errors.ts';
import { DEFAULT_SCHEMA, quoteSchema } from '../../database/schema-name.ts';
import type { EventDefinition } from '../../event/define-event.ts';
import { type OutboxTransaction, runnerOf } from '../../writer/transaction.ts';
import { ownMessages } from './written-in.sql.ts';

/** An event as it lies in the outbox. */
export interface WrittenEvent<Type extends string = string, Data = unknown> {
  readonly id: string;
  readonly type: Type;
  readonly topic: string;
  readonly key: string;
  readonly source: string;
  /** What a consumer would get: the stored JSON, as the event's schema has it where an event is given. */
  readonly data: Data;
  /** Those of `write`, and the trace context if there was one. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where to look. */
export interface WrittenInOptions {
  /** Default `outbox`. */
  readonly schemaName?: string;
}

/**
 * The events that were written in a transaction so far, those of one event or all of them: each topic and key in the order
 * in which it was written. What others write is not seen, committed or not, nor what was rolled back to a savepoint.
 *
 * It reads the outbox in that transaction, and changes nothing. The login needs SELECT on the table `message`, which a
 * writer otherwise does not: run tests as the owner, or grant it in the database of the tests. It reads the whole table.
 * A transaction given as `{ query }` has to answer the rows, as an array or as `{ rows }`.
 *
 * @throws TransactionMissingError as `write` does, EventDataInvalidError when what is stored does not fit the event's schema,
 * TypeError when the transaction does not answer rows
 *
 * @example
 * const client = await pool.connect();
 * await client.query('BEGIN');
 * await createOutbox({ source: '/bookshop' }).write(client, OrderPlaced, { orderId: order.id, totalMinor: '1999' });
 * const [placed] = await writtenIn(client, OrderPlaced);
 * console.log(placed?.data.totalMinor);
 */
export function writtenIn(tx: OutboxTransaction): Promise<WrittenEvent[]>;
export function writtenIn<Type extends string, Data>(
  tx: OutboxTransaction,
  event: EventDefinition<Type, Data>,
  options?: WrittenInOptions,
): Promise<WrittenEvent<Type, Data>[]>;
export function writtenIn(tx: OutboxTransaction, event: undefined, options?: WrittenInOptions): Promise<WrittenEvent[]>;
export async function writtenIn(
  tx: OutboxTransaction,
  event?: EventDefinition,
  { schemaName = DEFAULT_SCHEMA }: WrittenInOptions = {},
): Promise<WrittenEvent[]> {
  const run = await runnerOf(tx);
  const rows = rowsOf(await run(ownMessages(quoteSchema(schemaName)), []));
  const wanted = rows.filter(
    ({ type, topic }) => event === undefined || (type === event.type && topic === event.topic),
  );
  return Promise.all(
    wanted.map(async ({ headers, payload, ...message }) => {
      const data: unknown = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
      return {
        ...message,
        headers: JSON.parse(headers ?? '{}') ?? {},
        data: event === undefined ? data : await checked(event, message.id, data),
      };
    }),
  );
}

interface Row {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly source: string;
  readonly headers: string | null;
  readonly payload: string;
}

/** Libraries answer rows, or an object that has them. */
function rowsOf(answer: unknown): readonly Row[] {
  const rows = Array.isArray(answer) ? answer : (answer as { rows?: unknown } | null | undefined)?.rows;
  if (!Array.isArray(rows)) {
    throw new TypeError('writtenIn needs a transaction whose query answers rows, as an array or as { rows }');
  }
  return rows;
}

async function checked(event: EventDefinition, id: string, data: unknown): Promise<unknown> {
  const result = await event.schema['~standard'].validate(data);
  if (result.issues !== undefined) {
    const issues = result.issues.map(({ message }) => ({ path: '', message }));
    const reasons = issues.map(({ message }) => message).join('; ');
    throw new EventDataInvalidError(`the data of ${event.type} ${id} does not fit its schema: ${reasons}`, { issues });
  }
  return result.value;
}
