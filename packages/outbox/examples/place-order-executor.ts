import { createOutbox } from '@bezel/outbox';
import { OrderPlaced } from './order-placed.ts';

/** What the code of a service sees of its database, whichever library stands behind it. */
export interface UnitOfWork {
  run(sql: string, params: unknown[]): Promise<unknown>;
}

const outbox = createOutbox({ source: '/bookshop' });

export async function placeOrder(work: UnitOfWork, order: { id: string; totalMinor: string }): Promise<void> {
  const tx = { query: (sql: string, params: unknown[]) => work.run(sql, params) };
  await work.run('INSERT INTO orders (id, total_minor) VALUES ($1, $2)', [order.id, order.totalMinor]);
  await outbox.write(tx, OrderPlaced, { orderId: order.id, totalMinor: order.totalMinor });
}
