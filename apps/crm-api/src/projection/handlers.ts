import { OrderStatusChanged, OrderSubmitted } from '@bezel/contracts';
import { on } from '@bezel/outbox';
import { kyselyOver, withOrder } from '@bezel/service';
import type { CrmDatabase } from '../orders/crm-database.ts';
import { projectMove, projectSubmitted } from './project-order.ts';

/** What the CRM listens to. Everything else on the topics is not its business and is skipped. */
export const handlers = [
  on(OrderSubmitted, (event, { tx }) =>
    withOrder(event.data.orderId, () => projectSubmitted(kyselyOver<CrmDatabase>(tx), event)),
  ),
  on(OrderStatusChanged, (event, { tx }) =>
    withOrder(event.data.orderId, () => projectMove(kyselyOver<CrmDatabase>(tx), event)),
  ),
];
