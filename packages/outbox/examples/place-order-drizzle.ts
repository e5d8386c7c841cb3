import { createOutbox, type TransactionQuery } from '@bezel/outbox';
import { type SQL, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { OrderPlaced } from './order-placed.ts';

export const orders = pgTable('orders', {
  id: uuid('id').primaryKey(),
  totalMinor: text('total_minor').notNull(),
});

const outbox = createOutbox({ source: '/bookshop' });

export async function placeOrder(db: NodePgDatabase, order: { id: string; totalMinor: string }): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.insert(orders).values(order);
    await outbox.write(executorOver(tx), OrderPlaced, { orderId: order.id, totalMinor: order.totalMinor });
  });
}

/** Drizzle takes no text with `$1` in it, but pieces of text with parameters between them. */
export const executorOver = (tx: { execute(query: SQL): PromiseLike<unknown> }): TransactionQuery => ({
  query: async (statement, params) => {
    const pieces = statement
      .split(/\$(\d+)/)
      .map((piece, n) => (n % 2 === 0 ? sql.raw(piece) : sql`${sql.param(params[Number(piece) - 1])}`));
    return tx.execute(sql.join(pieces));
  },
});
