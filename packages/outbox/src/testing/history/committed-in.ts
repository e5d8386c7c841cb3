import type { Queryable } from '../../database/port.ts';
import { DEFAULT_SCHEMA, quoteSchema } from '../../database/schema-name.ts';
import { committedMessages } from './committed-messages.sql.ts';
import type { WrittenMessage } from './history.ts';

/** A message as it lies in the outbox. */
export interface CommittedMessage extends Pick<WrittenMessage, 'id' | 'topic' | 'key'> {
  readonly type: string;
  /** The JSON that is published. */
  readonly value: string;
}

/** Where to look. */
export interface CommittedInOptions {
  /** Default `outbox`. */
  readonly schemaName?: string;
}

/**
 * What is committed in an outbox, those of a key in the order of their numbers, for `oneAfterTheOther`. That is the order in
 * which they must arrive if no two transactions wrote to one key at the same time; a scenario with one writer for each key
 * is such. Where they overlap, note what was written and when instead.
 *
 * Retention must not have removed any of it. The login needs SELECT on the table `message`.
 *
 * @example
 * const { written, committed } = oneAfterTheOther(await committedIn(pool));
 */
export async function committedIn(
  db: Queryable,
  { schemaName = DEFAULT_SCHEMA }: CommittedInOptions = {},
): Promise<CommittedMessage[]> {
  const { rows } = await db.query(committedMessages(quoteSchema(schemaName)));
  return rows.map(({ payload, ...message }) => ({ ...message, value: payload.toString('utf8') }));
}
