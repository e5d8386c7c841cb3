import type { App, InboxHop, OutboxHop } from '../../account/hops.ts';
import { connectReadOnly } from '../connection.ts';
import { parkedView } from './held-back.ts';
import { ViewUnavailableError } from './views.ts';

/** A key set aside: what Kafka refused (an outbox), or what a consumer could not handle (an inbox). See docs/views.md. */
export interface ParkedKey {
  readonly hop: OutboxHop | InboxHop;
  readonly topic: string;
  /** null of an outbox. */
  readonly group: string | null;
  readonly reason: string;
  readonly code: string | null;
  /** null of an outbox. */
  readonly attempts: number | null;
  /** How many messages wait. */
  readonly messages: number;
  /** Milliseconds since 1970. */
  readonly parkedAt: number;
  /** Somebody asked for it to be played again. */
  readonly redrive: boolean;
}

const QUERY = (view: string): string => `
  SELECT order_id::text AS "orderId", hop, topic, group_id AS "group", reason, code, attempts, messages,
         floor(date_part('epoch', parked_at) * 1000)::float8 AS "parkedAt", redrive
  FROM ${view} WHERE order_id = ANY ($1::uuid[]) ORDER BY parked_at`;

/**
 * What one app has parked of an order.
 *
 * @param signal ends the reading at once
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function parkedOf(url: string, app: App, orderId: string, signal?: AbortSignal): Promise<ParkedKey[]> {
  return [...(await parkedOfEach(url, app, [orderId], signal)).values()].flat();
}

/**
 * What one app has parked of each of some orders, by their ids; an order of which nothing is parked is left out.
 *
 * @param signal ends the reading at once
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function parkedOfEach(
  url: string,
  app: App,
  orderIds: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, ParkedKey[]>> {
  await using connection = await connectReadOnly(url, app, signal);
  const view = parkedView(app);
  try {
    const { rows } = await connection.client.query<ParkedKey & { orderId: string }>(QUERY(view), [orderIds]);
    const parked = new Map<string, ParkedKey[]>();
    for (const { orderId, ...key } of rows) parked.set(orderId, [...(parked.get(orderId) ?? []), key]);
    return parked;
  } catch (error) {
    throw new ViewUnavailableError(view, error as Error);
  }
}
