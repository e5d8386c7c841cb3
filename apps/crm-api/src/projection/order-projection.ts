import { OrderDelayed, OrderStatusChanged, OrderSubmitted } from '@bezel/contracts';
import type { HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver, withOrder } from '@bezel/service';
import type { CrmDatabase } from '../database/crm-database.ts';
import { recordDelayMessage } from '../messages/record-message.ts';
import { projectDelay, projectMove, projectSubmitted } from './project-order.ts';

/** What the CRM listens to. Everything else on the topics is not its business and is skipped. */
export class OrderProjection {
  @OnEvent(OrderSubmitted)
  async submitted(event: EventOf<typeof OrderSubmitted>, { tx }: HandlerContext): Promise<void> {
    await withOrder(event.data.orderId, () => projectSubmitted(kyselyOver<CrmDatabase>(tx), event));
  }

  @OnEvent(OrderStatusChanged)
  async moved(event: EventOf<typeof OrderStatusChanged>, { tx }: HandlerContext): Promise<void> {
    await withOrder(event.data.orderId, () => projectMove(kyselyOver<CrmDatabase>(tx), event));
  }

  @OnEvent(OrderDelayed)
  async delayed(event: EventOf<typeof OrderDelayed>, { tx }: HandlerContext): Promise<void> {
    const trx = kyselyOver<CrmDatabase>(tx);
    await withOrder(event.data.orderId, async () => {
      await projectDelay(trx, event);
      await recordDelayMessage(trx, event);
    });
  }
}
