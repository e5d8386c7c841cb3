import type { OrderInput } from '@bezel/order-workflow';
import { createOrderClient, type OrderClientOptions } from '@bezel/order-workflow/client';
import type pg from 'pg';
import type { Contender } from './contender.ts';

/** A machine that is full answers late; what is measured is how much gets done. */
const CALL_LIMIT_MS = 30_000;

/** The order workflow: the client starts and tells it as the shop's consumer does, the shop's database says how far it is. */
export function realOrders(options: Pick<OrderClientOptions, 'client' | 'payloadKeys'>, shop: pg.Pool): Contender {
  const orders = createOrderClient({ ...options, timeoutMs: CALL_LIMIT_MS });
  return {
    async begin(order) {
      await orders.startOrder(order, order.orderId);
    },
    async tell(orderId, fact) {
      const told = await orders.signalFact(orderId, fact);
      if (!told.delivered) throw new Error(`order ${orderId} was not told ${fact.kind}: ${told.why}`);
    },
    async reached(orderIds) {
      const { rows } = await shop.query<{ id: string; seq: number; offer: string | null }>(
        `SELECT id, seq, offer->>'offerId' AS offer FROM orders WHERE id = ANY ($1) AND seq > 0`,
        [orderIds],
      );
      return new Map(rows.map(({ id, seq, offer }) => [id, { seq, offerId: offer }]));
    },
  };
}

/**
 * Puts submitted orders into the shop's database, each like the given one. No event tells of them, so nobody but the
 * bench starts their workflows.
 */
export async function submitLike(shop: pg.Pool, orderId: string, count: number): Promise<readonly OrderInput[]> {
  const { rows } = await shop.query<SubmittedRow>(SUBMIT_LIKE, [orderId, count]);
  return rows.map((row) => ({
    orderId: row.id,
    orderNumber: row.number,
    tenant: row.tenant,
    customerId: row.customer_id,
    channel: row.channel,
    model: { sha256: row.model_sha256, fileName: row.model_file_name, bytes: row.model_bytes },
    metal: row.metal,
    finish: row.finish,
    stones: row.stones,
    submittedAt: row.submitted_at.toISOString(),
  }));
}

/** One statement: an order and move 0 of its history need each other at the commit. */
const SUBMIT_LIKE = `
  WITH submitted AS (
    INSERT INTO orders (id, number, tenant, customer_id, channel, model_sha256, model_file_name, model_bytes, metal, finish,
      stones, status, seq)
    SELECT uuidv7(), 'BENCH-' || nextval('order_number'), tenant, customer_id, channel, model_sha256, model_file_name,
      model_bytes, metal, finish, stones, 'SUBMITTED', 0
    FROM orders, generate_series(1, $2)
    WHERE id = $1
    RETURNING *
  ), history AS (
    INSERT INTO order_history (order_id, seq, to_status) SELECT id, 0, 'SUBMITTED' FROM submitted
  )
  SELECT * FROM submitted`;

interface SubmittedRow extends Pick<OrderInput, 'tenant' | 'channel' | 'metal' | 'finish' | 'stones'> {
  readonly id: string;
  readonly number: string;
  readonly customer_id: string;
  readonly model_sha256: string;
  readonly model_file_name: string;
  readonly model_bytes: number;
  readonly submitted_at: Date;
}
