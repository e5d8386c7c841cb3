import type { OrderStatus } from '@bezel/contracts';
import type pg from 'pg';
import { connectReadOnly } from '../connection.ts';
import { ViewUnavailableError } from './views.ts';

/** How people name an order: by its id, or by the number on its papers. */
export type OrderName = { readonly id: string } | { readonly number: string };

/** An order as its row tells it beside the hops (docs/views.md). Times are milliseconds since 1970, UTC. */
export interface OrderDetails {
  readonly orderId: string;
  readonly number: string;
  readonly tenant: string;
  readonly channel: string;
  readonly status: OrderStatus;
  readonly seq: number;
  readonly reason: string | null;
  readonly submittedAt: number;
  readonly enteredAt: number;
  readonly stageDeadline: number | null;
  readonly promisedAt: number | null;
  readonly expectedAt: number | null;
  readonly late: boolean;
  readonly predictedLate: boolean;
  readonly offerExpiresAt: number | null;
  readonly runId: string | null;
}

/**
 * The id of an order. A number is looked up, by the index of numbers; an id is answered as it is, because an order whose
 * row was removed has no number any more and is still to be accounted for.
 *
 * @param signal ends the reading at once
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function findOrder(shopUrl: string, name: OrderName, signal: AbortSignal): Promise<string | undefined> {
  if ('id' in name) return name.id;
  await using shop = await openOrderDetails(shopUrl, signal);
  return (await shop.one(name))?.orderId;
}

/** Which orders are listed; what is left out does not matter. */
interface OrderSelection {
  readonly status?: OrderStatus | undefined;
  readonly late?: boolean | undefined;
  readonly tenant?: string | undefined;
  /** Only orders with a lower id: submitted before a moment. */
  readonly beforeId?: string | undefined;
  readonly orderIds?: readonly string[] | undefined;
  readonly limit: number;
}

/** Reads the orders' rows. Dispose it to end the connection. */
interface OrderDetailsReader extends AsyncDisposable {
  one(name: OrderName): Promise<OrderDetails | undefined>;
  /** Oldest first. */
  list(selection: OrderSelection): Promise<OrderDetails[]>;
}

const VIEW = 'ledger.shop_order_details';

/**
 * @param signal breaks the connection: what is read fails
 * @throws SourceUnavailableError
 */
export async function openOrderDetails(shopUrl: string, signal?: AbortSignal): Promise<OrderDetailsReader> {
  const connection = await connectReadOnly(shopUrl, 'shop', signal);
  const { client } = connection;
  return {
    async one(name) {
      const [column, value] = 'id' in name ? ['order_id', name.id] : ['number', name.number];
      return (await rows(client, `WHERE ${column} = $1`, [value]))[0];
    },
    list: (selection) => list(client, selection),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/**
 * Ids are UUIDv7, so the order of ids is the order of time, and every shape of the question has an index of `orders` in that
 * order: by status, by tenant and status, the late ones, the primary key. `late` stands without a parameter, so that the
 * condition of its partial index is recognised.
 */
function list(
  client: pg.Client,
  { status, late, tenant, beforeId, orderIds, limit }: OrderSelection,
): Promise<OrderDetails[]> {
  const values: unknown[] = [];
  const param = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    ...(status === undefined ? [] : [`status = ${param(status)}`]),
    ...(late === undefined ? [] : [late ? 'late' : 'NOT late']),
    ...(tenant === undefined ? [] : [`tenant = ${param(tenant)}`]),
    ...(beforeId === undefined ? [] : [`order_id < ${param(beforeId)}`]),
    ...(orderIds === undefined ? [] : [`order_id = ANY (${param(orderIds)}::uuid[])`]),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return rows(client, `${where} ORDER BY order_id LIMIT ${param(limit)}`, values);
}

async function rows(client: pg.Client, rest: string, values: unknown[]): Promise<OrderDetails[]> {
  try {
    return (await client.query<OrderDetails>(`SELECT ${COLUMNS} FROM ${VIEW} ${rest}`, values)).rows;
  } catch (error) {
    throw new ViewUnavailableError(VIEW, error as Error);
  }
}

const COLUMNS = [
  'order_id::text AS "orderId"',
  'number',
  'tenant',
  'channel',
  'status',
  'seq',
  'reason',
  ...[
    ['submitted_at', 'submittedAt'],
    ['entered_at', 'enteredAt'],
    ['stage_deadline', 'stageDeadline'],
    ['promised_at', 'promisedAt'],
    ['expected_at', 'expectedAt'],
    ['offer_expires_at', 'offerExpiresAt'],
  ].map(([column, name]) => `floor(extract(epoch FROM ${column}) * 1000)::float8 AS "${name}"`),
  'late',
  'predicted_late AS "predictedLate"',
  'run_id AS "runId"',
].join(', ');
