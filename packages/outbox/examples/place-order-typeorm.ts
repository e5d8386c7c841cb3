import { createOutbox } from '@bezel/outbox';
import { type DataSource, EntitySchema } from 'typeorm';
import { OrderPlaced } from './order-placed.ts';

export const Order = new EntitySchema<{ id: string; totalMinor: string }>({
  name: 'order',
  tableName: 'orders',
  columns: { id: { type: 'uuid', primary: true }, totalMinor: { type: 'text', name: 'total_minor' } },
});

const outbox = createOutbox({ source: '/bookshop' });

export async function placeOrder(dataSource: DataSource, order: { id: string; totalMinor: string }): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.insert(Order, order);
    await outbox.write(manager, OrderPlaced, { orderId: order.id, totalMinor: order.totalMinor });
  });
}
