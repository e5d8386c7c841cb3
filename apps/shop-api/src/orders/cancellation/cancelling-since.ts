import { isFinal, STATUSES } from '@bezel/order-workflow';
import { sql } from 'kysely';

const FINAL = STATUSES.filter(isFinal);

/**
 * Since when an order is being cancelled: the request, until it was refused or the order has ended. It asks the shop's own
 * tables alone, so it is told while Temporal, the MES and Kafka are away. Served by `order_fact_said_once` and the primary
 * key of `order_refused_fact`; asks for nothing of an order that has ended.
 */
export const cancellingSince = sql<Date | null>`
  (SELECT said.at FROM order_fact AS said
   WHERE said.order_id = orders.id AND said.kind = 'cancellation-requested' AND orders.status <> ALL (${sql.lit(`{${FINAL.join(',')}}`)}::text[])
     AND NOT EXISTS (
       SELECT FROM order_refused_fact AS refused
       WHERE refused.order_id = said.order_id AND refused.message_id = said.message_id
     ))`.as('cancelling_since');
