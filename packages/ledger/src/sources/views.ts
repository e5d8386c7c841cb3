import pg from 'pg';
import type { ViewRow } from '../account/evidence.ts';
import { type App, VIEW_HOPS, type ViewHop, viewOf } from '../account/hops.ts';
import type { Batches } from './batches.ts';

/** A view is not there or may not be read: the app is not migrated, or the login is no member of `bezel_audit`. */
export class ViewUnavailableError extends Error {
  readonly code = 'view_unavailable';
  readonly retryable = false;

  constructor(view: string, cause: Error) {
    super(`cannot read ${view}: ${cause.message}`, { cause });
    this.name = 'ViewUnavailableError';
  }
}

/** A row as the view has it: an inbox does not know its message's order. */
export type ViewRowRead = Omit<ViewRow, 'orderId'> & { readonly orderId: string | null };

/** All views of one app, as they stood at one moment. Dispose it to end the transaction. */
export interface ViewSnapshot extends AsyncDisposable {
  /** The rows of one view, once: by order id, or by message id where it is an inbox. */
  rows(hop: ViewHop): Batches<ViewRowRead>;
}

const ROWS_A_FETCH = 2_000;

/**
 * Opens the audit views of one app, all in one read-only snapshot: what one transaction wrote is seen whole or not at all.
 *
 * Nothing is locked, and nobody waits: a REPEATABLE READ transaction only keeps VACUUM from removing what it can still
 * see, for as long as the audit reads. Rows come through cursors, so memory does not grow with the number of orders.
 *
 * @param options.orderIds read only these orders; all when absent. Inbox views are always read whole
 * @throws ViewUnavailableError
 */
export async function openViews(
  connectionString: string,
  app: App,
  { orderIds }: { orderIds?: readonly string[] | undefined } = {},
): Promise<ViewSnapshot> {
  const client = new pg.Client({ connectionString, application_name: 'bezel-ledger' });
  client.on('error', () => {}); // a lost connection fails the statement under way, which reports it
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    for (const hop of VIEW_HOPS[app]) await declareCursor(client, hop, orderIds);
  } catch (error) {
    await client.end();
    throw error;
  }
  return {
    rows: (hop) => fetchAll(client, hop),
    async [Symbol.asyncDispose]() {
      await client.end();
    },
  };
}

/**
 * Sorted by the database, so that all sources can be merged: uuids by their bytes, which is also the order of their text
 * in any program that compares code units. `at` leaves as milliseconds, one number instead of a parsed date. With
 * `orderIds` the index on the order's id of the table below the view serves it.
 */
async function declareCursor(client: pg.Client, hop: ViewHop, orderIds: readonly string[] | undefined): Promise<void> {
  const inbox = hop.endsWith('.inbox');
  const some = !inbox && orderIds !== undefined;
  const known = inbox ? 'v.message_id' : 'v.order_id'; // a row without it is about no order
  try {
    await client.query(
      `DECLARE ${cursorOf(hop)} NO SCROLL CURSOR FOR
       SELECT v.order_id::text, v.message_id::text, v.state, (extract(epoch FROM v.at) * 1000)::float8 AS at
       FROM ${viewOf(hop)} AS v
       WHERE ${known} IS NOT NULL ${some ? 'AND v.order_id = ANY ($1::uuid[])' : ''}
       ORDER BY ${known}`,
      some ? [orderIds] : [],
    );
  } catch (error) {
    throw new ViewUnavailableError(viewOf(hop), error as Error);
  }
}

async function* fetchAll(client: pg.Client, hop: ViewHop): Batches<ViewRowRead> {
  for (;;) {
    const { rows } = await client.query<{
      order_id: string | null;
      message_id: string | null;
      state: string;
      at: number;
    }>(`FETCH ${ROWS_A_FETCH} FROM ${cursorOf(hop)}`);
    if (rows.length === 0) return;
    yield rows.map((row) => ({
      source: 'view' as const,
      orderId: row.order_id,
      hop,
      messageId: row.message_id,
      state: row.state,
      at: row.at,
    }));
  }
}

const cursorOf = (hop: ViewHop): string => `c_${hop.replace(/[.-]/g, '_')}`;
