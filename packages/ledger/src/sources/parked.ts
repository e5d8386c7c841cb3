import type { App, InboxHop, OutboxHop } from '../account/hops.ts';
import { connectReadOnly } from './connection.ts';
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
  SELECT hop, topic, group_id AS "group", reason, code, attempts, messages,
         floor(date_part('epoch', parked_at) * 1000)::float8 AS "parkedAt", redrive
  FROM ${view} WHERE order_id = $1 ORDER BY parked_at`;

/**
 * What one app has parked of an order.
 *
 * @param signal ends the reading at once
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function parkedOf(url: string, app: App, orderId: string, signal?: AbortSignal): Promise<ParkedKey[]> {
  await using connection = await connectReadOnly(url, app, signal);
  const view = parkedView(app);
  try {
    return (await connection.client.query<ParkedKey>(QUERY(view), [orderId])).rows;
  } catch (error) {
    throw new ViewUnavailableError(view, error as Error);
  }
}
