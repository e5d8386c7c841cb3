import { type Consumer, createConsumer, createOutbox, defineEvent, on } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import type { Pool } from 'pg';
import { z } from 'zod';
import { OrderPlaced } from './order-placed.ts';

export const InvoiceIssued = defineEvent({
  type: 'billing.invoice-issued',
  topic: 'billing.invoices',
  key: (data) => data.orderId,
  schema: z.object({ orderId: z.uuid(), invoiceNumber: z.string() }),
});

const outbox = createOutbox({ source: '/billing' });

export async function startBilling(pool: Pool, brokers: string[]): Promise<Consumer> {
  const consumer = createConsumer({
    db: pool,
    subscriber: kafkajsSubscriber({ brokers, clientId: 'billing' }),
    groupId: 'billing',
    handlers: [
      on(OrderPlaced, async (event, { tx }) => {
        const { rows } = await tx.query<{ number: string }>(
          'INSERT INTO invoice (order_id, total_minor) VALUES ($1, $2) RETURNING number',
          [event.data.orderId, event.data.totalMinor],
        );
        const invoiceNumber = rows[0]?.number ?? '';
        await outbox.write(tx, InvoiceIssued, { orderId: event.data.orderId, invoiceNumber });
      }),
    ],
    onError: ({ kind, error }) => console.error(`billing: ${kind}: ${error.message}`),
  });
  await consumer.start();
  process.once('SIGTERM', () => void consumer.stop());
  return consumer;
}
