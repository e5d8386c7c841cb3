import { defineEvent } from '@bezel/outbox';
import { z } from 'zod';

export const OrderPlaced = defineEvent({
  type: 'bookshop.order-placed',
  topic: 'bookshop.orders',
  key: (data) => data.orderId,
  schema: z.object({ orderId: z.uuid(), totalMinor: z.string() }),
});
