import { OrderSubmitted } from '@bezel/contracts';
import type { OrderInput } from '@bezel/order-workflow';
import { type Kysely, sql } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import type { OrderRow } from '../orders/view/order-resource.ts';

/**
 * The id of the message that told of an order's submission, which is the cause of its first move. Undefined when the outbox does
 * not keep it any more, two to three days after it was published. Any other id would be worse than none: it would stand in the
 * history as a message that nobody ever wrote.
 */
export const submissionOf = async (db: Kysely<ShopDatabase>, orderId: string): Promise<string | undefined> =>
  (await submissionStatement(orderId).execute(db)).rows[0]?.id;

/**
 * The outbox has no index by key. But all messages of a key lie in one shard, so only that shard is read, along the primary key
 * of each slot, and no further than the message.
 */
export const submissionStatement = (orderId: string) => sql<{ id: string }>`
  SELECT id FROM outbox.message
  WHERE shard = (SELECT (outbox.hash_of(${OrderSubmitted.topic}, ${orderId}) % shards)::smallint FROM outbox.config)
    AND topic = ${OrderSubmitted.topic} AND key = ${orderId} AND type = ${OrderSubmitted.type}
  ORDER BY seq LIMIT 1`;

/** An order as its event told it, from its row. */
export const inputOf = (order: OrderRow): OrderInput => ({
  orderId: order.id,
  orderNumber: order.number,
  tenant: order.tenant,
  customerId: order.customer_id,
  channel: order.channel,
  model: { sha256: order.model_sha256, fileName: order.model_file_name, bytes: order.model_bytes },
  metal: order.metal,
  finish: order.finish,
  stones: order.stones,
  submittedAt: order.submitted_at.toISOString(),
});
