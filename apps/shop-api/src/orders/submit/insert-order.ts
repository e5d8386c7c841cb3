import type { ModelRef, OrderSpecification } from '@bezel/contracts';
import { OrderSubmitted } from '@bezel/contracts';
import { type Outbox, uuidv7 } from '@bezel/outbox';
import { sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { OrderRow } from '../view/order-resource.ts';

/** What is ordered, by whom, through which door. */
export interface NewOrder extends OrderSpecification {
  readonly tenant: string;
  readonly customerId: string;
  readonly channel: 'shop' | 'partner';
  readonly model: ModelRef;
}

/**
 * The number people use, such as B-2026-000123: the year of submission and a sequence that never starts again. Numbers
 * have holes (a refused submission uses one up); they are unique, not gapless. lpad alone would cut the seventh digit off.
 */
const nextNumber = sql<string>`(
  SELECT 'B-' || to_char(now() AT TIME ZONE 'UTC', 'YYYY') || '-' || lpad(n::text, greatest(6, length(n::text)), '0')
  FROM nextval('order_number') AS n
)`;

/**
 * Submits an order: its row, move 0 of its history and OrderSubmitted commit together with whatever else the
 * transaction holds. Nothing is locked but the rows that are new.
 */
export async function insertOrder(outbox: Outbox, trx: Transaction<ShopDatabase>, order: NewOrder): Promise<OrderRow> {
  const { tenant, customerId, channel, model, metal, finish, stones } = order;
  // One statement: each is a way to the database and back, which the customer waits for. The history's foreign key is
  // checked at its end, when both rows are there.
  const row = await trx
    .with('submitted', (db) =>
      db
        .insertInto('orders')
        .values({
          id: uuidv7(),
          number: nextNumber,
          tenant,
          customer_id: customerId,
          channel,
          model_sha256: model.sha256,
          model_file_name: model.fileName,
          model_bytes: model.bytes,
          metal,
          finish,
          stones,
          status: 'SUBMITTED',
          seq: 0,
        })
        .returningAll(),
    )
    .with('begun', (db) =>
      db
        .insertInto('order_history')
        .columns(['order_id', 'seq', 'to_status'])
        .expression((eb) => eb.selectFrom('submitted').select(['id', 'seq', 'status'])),
    )
    .selectFrom('submitted')
    .selectAll()
    .executeTakeFirstOrThrow();
  await outbox.write(trx, OrderSubmitted, {
    orderId: row.id,
    orderNumber: row.number,
    tenant,
    customerId,
    channel,
    model,
    metal,
    finish,
    stones,
    submittedAt: row.submitted_at.toISOString(),
  });
  return row;
}
