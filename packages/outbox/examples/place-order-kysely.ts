import { createOutbox } from '@bezel/outbox';
import type { Kysely } from 'kysely';
import { OrderPlaced } from './order-placed.ts';

export interface BookshopDatabase {
  orders: { id: string; total_minor: string };
}

const outbox = createOutbox({ source: '/bookshop' });

export async function placeOrder(db: Kysely<BookshopDatabase>, order: { id: string; totalMinor: string }) {
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('orders').values({ id: order.id, total_minor: order.totalMinor }).execute();
    await outbox.write(tx, OrderPlaced, { orderId: order.id, totalMinor: order.totalMinor });
  });
}
