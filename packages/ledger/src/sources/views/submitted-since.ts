import { connectReadOnly } from '../connection.ts';
import { idTime } from './id-time.ts';
import { ViewUnavailableError } from './views.ts';

/** Which orders are meant. */
interface OrderRange {
  /** Only these; all when undefined. */
  readonly orderIds: readonly string[] | undefined;
  /** When none are named: only orders whose id is not lower. */
  readonly fromId: string;
}

/**
 * Since when orders were submitted, in milliseconds since 1970: no message about one of them is older, but for what clocks differ by.
 * undefined when that is not known: all orders are meant, or one whose row is gone.
 *
 * An id alone does not tell. It has the time of the process that made it, and one whose clock was ahead for a moment goes on to make
 * ids of then until that time has come. The order's row has the time of the database. The earlier of both is answered.
 *
 * Where orders are not named, those without a row are not considered; their audit is to be trusted only when they are.
 *
 * @param signal ends the question at once
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function submittedSince(
  shopUrl: string,
  { orderIds, fromId }: OrderRange,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (orderIds === undefined) {
    const since = idTime(fromId);
    if (since === null) return undefined;
    const { first } = await submissions(shopUrl, [FROM_ID, fromId], signal);
    return Math.min(since, first ?? since);
  }
  if (orderIds.length === 0) return undefined;
  const { orders, first } = await submissions(shopUrl, [OF_SOME, orderIds], signal);
  if (first === null || orders < new Set(orderIds).size) return undefined;
  return Math.min(first, ...orderIds.map((orderId) => idTime(orderId) ?? first));
}

const VIEW = 'ledger.shop_order_details';
const SUBMISSIONS = `
  SELECT count(*)::integer AS orders, floor(date_part('epoch', min(submitted_at)) * 1000)::float8 AS first FROM ${VIEW}`;

/** Served by the index of ids. */
const OF_SOME = `${SUBMISSIONS} WHERE order_id = ANY ($1::uuid[])`;

/** Reads the rows of all orders from there on, which are few beside their messages, that are read next. Once an audit. */
const FROM_ID = `${SUBMISSIONS} WHERE order_id >= $1::uuid`;

interface Submissions {
  /** How many of the orders have a row. */
  readonly orders: number;
  readonly first: number | null;
}

async function submissions(
  shopUrl: string,
  [query, value]: readonly [query: string, value: string | readonly string[]],
  signal: AbortSignal | undefined,
): Promise<Submissions> {
  await using connection = await connectReadOnly(shopUrl, 'shop', signal);
  try {
    return (await connection.client.query<Submissions>(query, [value])).rows[0] as Submissions;
  } catch (error) {
    signal?.throwIfAborted();
    throw new ViewUnavailableError(VIEW, error as Error);
  }
}
