import { ProjectingAsked, RedriveAsked } from '@bezel/contracts';
import type { HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver, logRepair, redriveOrder, withOrder } from '@bezel/service';
import type { CrmDatabase } from '../database/crm-database.ts';
import { projectAgain } from './project-again.ts';

/**
 * Carries out in the CRM what an administrator asked the shop for. What is asked here is recorded there, in the order's history.
 * Each is safe more than once.
 */
export class AskedRepairs {
  @OnEvent(RedriveAsked)
  async redrive({ data }: EventOf<typeof RedriveAsked>, { tx }: HandlerContext): Promise<void> {
    await withOrder(data.orderId, async () => {
      const keys = await redriveOrder(tx, data.orderId);
      logRepair(data.repairId, `${keys} parked keys of the order are played again`);
    });
  }

  @OnEvent(ProjectingAsked)
  async project({ data }: EventOf<typeof ProjectingAsked>, { tx }: HandlerContext): Promise<void> {
    await withOrder(data.orderId, async () => {
      const result = await projectAgain(kyselyOver<CrmDatabase>(tx), data);
      logRepair(data.repairId, `projecting message ${data.messageId} again: ${result}`);
    });
  }
}
