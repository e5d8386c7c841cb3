import { connectReadOnly } from '../connection.ts';
import { ViewUnavailableError } from './views.ts';

/** A repair that was asked for, and what came of it (docs/views.md). Times are milliseconds since 1970, UTC. */
export interface RepairDetails {
  readonly id: string;
  /** One of REPAIR_KINDS, or one of a newer shop. */
  readonly kind: string;
  readonly messageId: string | null;
  readonly askedBy: string;
  readonly reason: string;
  readonly askedAt: number;
  readonly state: 'asked' | 'done' | 'needless' | 'refused';
  /** In words; null as long as it is `asked`. */
  readonly outcome: string | null;
  readonly endedAt: number | null;
}

const VIEW = 'ledger.shop_repair_details';

/** Served by `order_repair_of_order`; an order has few. Ids are UUIDv7: the order of ids is that of the asking. */
const QUERY = `
  SELECT repair_id::text AS id, kind, message_id::text AS "messageId", asked_by AS "askedBy", reason, state, outcome,
         floor(extract(epoch FROM asked_at) * 1000)::float8 AS "askedAt",
         floor(extract(epoch FROM ended_at) * 1000)::float8 AS "endedAt"
  FROM ${VIEW} WHERE order_id = $1 ORDER BY repair_id`;

/**
 * Every repair that was asked for of an order, oldest first.
 *
 * @param signal ends the reading at once
 * @throws SourceUnavailableError, ViewUnavailableError
 */
export async function repairsOf(shopUrl: string, orderId: string, signal?: AbortSignal): Promise<RepairDetails[]> {
  await using connection = await connectReadOnly(shopUrl, 'shop', signal);
  try {
    return (await connection.client.query<RepairDetails>(QUERY, [orderId])).rows;
  } catch (error) {
    throw new ViewUnavailableError(VIEW, error as Error);
  }
}
