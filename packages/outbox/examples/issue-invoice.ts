import { on } from '@bezel/outbox';
import { OrderPlaced } from './order-placed.ts';

/** Of whichever topic: a test has one of its own. */
export const issueInvoice = (topic = OrderPlaced.topic) =>
  on({ ...OrderPlaced, topic }, async ({ id, data }, { tx }) => {
    await tx.query('INSERT INTO invoice (event_id, order_id, total_minor) VALUES ($1, $2, $3)', [
      id,
      data.orderId,
      data.totalMinor,
    ]);
  });
