import { ProjectingAsked, PublishingAsked, RedriveAsked } from '@bezel/contracts';
import type { Database, HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver, logRepair, publishAgain, redriveOrder, withOrder } from '@bezel/service';
import type { MesDatabase } from '../database/mes-database.ts';
import { projectAgain } from './project-again.ts';

/**
 * Carries out in the MES what an administrator asked the shop for. What is asked here is recorded there, in the order's history.
 * Each is safe more than once.
 */
export class AskedRepairs {
  /** @param pool publishing again works in a transaction of its own */
  constructor(private readonly pool: Database) {}

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
      const result = await projectAgain(kyselyOver<MesDatabase>(tx), data);
      logRepair(data.repairId, `showing message ${data.messageId} again: ${result}`);
    });
  }

  /** Should this transaction be rolled back, it is asked for again: another copy, which whoever has the message passes over. */
  @OnEvent(PublishingAsked)
  async publish({ data }: EventOf<typeof PublishingAsked>): Promise<void> {
    if (data.of !== 'mes') return;
    await withOrder(data.orderId, async () => {
      const result = await publishAgain(this.pool, data);
      logRepair(data.repairId, `publishing message ${data.messageId} again: ${result}`);
    });
  }
}
