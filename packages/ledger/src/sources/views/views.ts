import { isFinal, STATUSES } from '@bezel/order-workflow';
import type pg from 'pg';
import type { ViewRow } from '../../account/evidence.ts';
import { type App, type InboxHop, isInbox, VIEW_HOPS, type ViewHop, viewOf } from '../../account/hops.ts';
import type { Batches } from '../batches.ts';
import { connectReadOnly } from '../connection.ts';
import { type HeldKey, parkedView, readHeldKeys } from './held-back.ts';

/** A view is not there or may not be read: the app is not migrated, or the login is no member of `bezel_audit`. */
export class ViewUnavailableError extends Error {
  readonly code = 'view_unavailable';
  readonly retryable = false;
  readonly view: string;

  constructor(view: string, cause: Error) {
    super(`cannot read ${view}: ${cause.message}`, { cause });
    this.name = 'ViewUnavailableError';
    this.view = view;
  }
}

/** All rows that one view has of one order, as text: see {@link rowsIn}. */
export interface PackedRows {
  readonly hop: ViewHop;
  readonly orderId: string;
  readonly text: string;
}

/** All views of one app, as they stood at one moment. Dispose it to end the transaction. */
interface ViewSnapshot extends AsyncDisposable {
  /** The rows of a view, once, packed by order and sorted by its id. The database begins with them at once. */
  byOrder(hop: Exclude<ViewHop, InboxHop>): Batches<PackedRows>;
  /** The rows of an inbox likewise, sorted by message id, each as a line: message id, at and group, divided by tabs. */
  byMessage(hop: InboxHop): Batches<string>;
  /** What the app's consumer holds back of the orders; nothing where the inbox is not among the views that are read. */
  readonly held: readonly HeldKey[];
}

/** Reads what the views say of an order. */
export function rowsIn({ hop, orderId, text }: PackedRows): ViewRow[] {
  return text.split('\n').map((line) => {
    const first = line.indexOf('\t');
    const second = line.indexOf('\t', first + 1);
    const messageId = first > 0 ? line.slice(0, first) : null;
    const at = Number(line.slice(first + 1, second));
    const row = { source: 'view', orderId, hop, messageId, at } as const;
    const state = line.slice(second + 1);
    const third = hop === 'shop.order' ? state.indexOf('\t') : -1;
    return third < 0
      ? { ...row, state }
      : { ...row, state: state.slice(0, third), dueAt: Number(state.slice(third + 1)) };
  });
}

/** Which orders' rows are read. Inbox views know messages, not orders: they are read whole, or for given messages. */
interface ViewSelection {
  /** Only these; all when undefined. */
  readonly orderIds?: readonly string[] | undefined;
  /** Of these only ids that are not lower. */
  readonly fromId: string;
  /** And that are lower than this; without an end when undefined. */
  readonly beforeId?: string | undefined;
  /** Only inbox rows of these messages; all when undefined. */
  readonly messageIds?: readonly string[] | undefined;
  /** Only these views of the app; all when undefined. */
  readonly hops?: readonly ViewHop[] | undefined;
}

const ROWS_A_FETCH = 2_000;

/**
 * Opens the audit views of one app, all in one read-only snapshot: what one transaction wrote is seen whole or not at all.
 *
 * Nothing is locked, and nobody waits: a REPEATABLE READ transaction only keeps VACUUM from removing what it can still
 * see, for as long as the audit reads. Rows come through cursors, so memory does not grow with the number of orders.
 *
 * @param signal breaks the connection: rows under way fail
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function openViews(
  connectionString: string,
  app: App,
  selection: ViewSelection,
  signal?: AbortSignal,
): Promise<ViewSnapshot> {
  const connection = await connectReadOnly(connectionString, app, signal);
  const { client } = connection;
  const hops: readonly ViewHop[] = selection.hops ?? VIEW_HOPS[app];
  let held: readonly HeldKey[] = [];
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(WORK_MEM);
    if (hops.some(isInbox)) held = await heldKeys(client, app, selection);
    for (const hop of hops) await declareCursor(client, hop, selection);
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
  const fetch = oneAfterTheOther(client);
  return {
    byOrder: (hop) => fetchAll(fetch, hop, ({ order_id, line }) => ({ hop, orderId: order_id, text: line })),
    byMessage: (hop) => fetchAll(fetch, hop, ({ line }) => line),
    held,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

async function heldKeys(client: pg.Client, app: App, selection: ViewSelection): Promise<readonly HeldKey[]> {
  try {
    return await readHeldKeys(client, app, selection);
  } catch (error) {
    throw new ViewUnavailableError(parkedView(app), error as Error);
  }
}

/** A few sorts of many rows at once, in memory where they fit. */
const WORK_MEM = `SET LOCAL work_mem = '64MB'`;

/**
 * Sorted by the database, so that all sources can be merged: uuids by their bytes, which is also the order of their text
 * in any program that compares code units. With `orderIds` the index on the order's id of the table below the view serves it.
 *
 * A row of its own for everything would cost more to carry than to read: the rows of an order come as one text, and `at` as
 * milliseconds.
 */
async function declareCursor(client: pg.Client, hop: ViewHop, selection: ViewSelection): Promise<void> {
  const at = ms('v.at');
  const { where, values } = isInbox(hop) ? ofMessages(selection) : ofOrders(selection);
  const dueAt = hop === 'shop.order' ? ` || ${DUE_AT}` : '';
  const query = isInbox(hop)
    ? `SELECT v.message_id::text || E'\\t' || ${at} || E'\\t' || v.state AS line
       FROM ${viewOf(hop)} AS v WHERE v.message_id IS NOT NULL ${where} ORDER BY v.message_id`
    : `SELECT v.order_id::text,
              string_agg(coalesce(v.message_id::text, '') || E'\\t' || ${at} || E'\\t' || v.state${dueAt}, E'\\n') AS line
       FROM ${viewOf(hop)} AS v WHERE ${where} GROUP BY v.order_id ORDER BY v.order_id`;
  try {
    await client.query(`DECLARE ${cursorOf(hop)} NO SCROLL CURSOR FOR ${query}`, [...values]);
  } catch (error) {
    throw new ViewUnavailableError(viewOf(hop), error as Error);
  }
}

const ms = (moment: string): string => `round(date_part('epoch', ${moment}) * 1000)::text`;

const FINAL = STATUSES.filter(isFinal)
  .map((status) => `'${status}'`)
  .join(', ');

/**
 * Until when an order under way is to leave its status, at the end of its line: looked up by the primary key, one order after the other,
 * and none that has ended. A join of the views would leave the choice to the planner, which takes a range of orders for few, and
 * compares all of them with all.
 */
const DUE_AT = `CASE WHEN v.state NOT IN (${FINAL}) THEN coalesce((
    SELECT E'\\t' || ${ms(`CASE d.status WHEN 'PRICED' THEN d.offer_expires_at ELSE d.stage_deadline END`)}
    FROM ledger.shop_order_details AS d WHERE d.order_id = v.order_id
  ), '') ELSE '' END`;

/** A message whose id is no uuid is in no inbox. */
function ofMessages({ messageIds }: ViewSelection): Condition {
  if (messageIds === undefined) return { where: '', values: [] };
  return { where: 'AND v.message_id = ANY ($1::uuid[])', values: [messageIds.filter((id) => UUID.test(id))] };
}

function ofOrders({ orderIds, fromId, beforeId }: ViewSelection): Condition {
  const values: unknown[] = [fromId];
  const some = orderIds === undefined ? '' : ` AND v.order_id = ANY ($${values.push(orderIds)}::uuid[])`;
  const before = beforeId === undefined ? '' : ` AND v.order_id < $${values.push(beforeId)}`;
  return { where: `v.order_id >= $1${some}${before}`, values };
}

interface Condition {
  readonly where: string;
  readonly values: readonly unknown[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Fetched {
  readonly order_id: string;
  readonly line: string;
}

type Fetch = (hop: ViewHop) => Promise<Fetched[]>;

/** Several cursors of one connection, each ahead of its reader: their fetches stand in line. */
function oneAfterTheOther(client: pg.Client): Fetch {
  let before: Promise<unknown> = Promise.resolve();
  return (hop) => {
    const rows = before
      .then(() => client.query<Fetched>(`FETCH ${ROWS_A_FETCH} FROM ${cursorOf(hop)}`))
      .then(
        (result) => result.rows,
        (error: Error) => {
          throw new ViewUnavailableError(viewOf(hop), error);
        },
      );
    before = rows.catch(() => {});
    return rows;
  };
}

/**
 * The first rows are asked for at once: a database that has to sort does so while other sources are read. Later ones are on
 * their way while those at hand are looked at.
 */
function fetchAll<Item>(fetch: Fetch, hop: ViewHop, read: (row: Fetched) => Item): Batches<Item> {
  const fetchNext = (): Promise<Item[]> => {
    const items = fetch(hop).then((rows) => rows.map(read));
    items.catch(() => {}); // told when it is awaited, if it still is
    return items;
  };
  return goOn(fetchNext(), fetchNext);
}

async function* goOn<Item>(first: Promise<Item[]>, fetchNext: () => Promise<Item[]>): Batches<Item> {
  for (let next = first; ; ) {
    const items = await next;
    if (items.length === 0) return;
    next = fetchNext();
    yield items;
  }
}

const cursorOf = (hop: ViewHop): string => `c_${hop.replace(/[.-]/g, '_')}`;
