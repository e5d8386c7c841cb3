import { Caller, found, Idempotency, InjectDatabase, OrderId, Roles } from '@bezel/service';
import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ShopDatabase } from '../database/shop-database.ts';
import { askRepair, type RepairRow } from './ask-repair.ts';
import { RepairBody, wantedBy } from './wanted.ts';

/** A repair, with what came of it; `outcome` says it in words once it is not `asked` any more. */
export const RepairResource = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  kind: z.enum(['run-workflow', 'tell-fact', 'redrive', 'publish-again', 'project-again']),
  messageId: z.uuid().nullable(),
  askedBy: z.string(),
  reason: z.string(),
  state: z.enum(['asked', 'done', 'needless', 'refused']),
  outcome: z.string().nullable(),
  at: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
export const RepairList = z.object({ items: z.array(RepairResource) });

/**
 * Repairs of an order, for administrators: who asks commits a wish, and a process that reaches Temporal carries it out
 * (`carry-out.ts`), which looks again whether it is needed and safe; what another app has to do, it asks of that app by an event.
 * Asked twice, it is done once.
 */
@Controller('v1/operations/orders/:id/repairs')
@Roles('admin')
export class RepairsController {
  constructor(
    @InjectDatabase() private readonly db: Kysely<ShopDatabase>,
    private readonly idempotency: Idempotency<ShopDatabase>,
  ) {}

  @Post()
  @ApiAcceptedResponse({ standardSchema: RepairResource })
  ask(
    @Req() request: Request,
    @OrderId() orderId: string,
    @Body({ schema: RepairBody }) body: RepairBody,
    @Caller() caller: Caller,
  ) {
    const wanted = wantedBy(orderId, body);
    return this.idempotency.run(
      request,
      async (trx) => {
        const asking = { orderId, by: caller.sub, reason: body.reason };
        const row = found(await askRepair(trx, asking, wanted), 'order', orderId);
        return { status: 202, body: toRepair(row) };
      },
      { required: true },
    );
  }

  @Get()
  @ApiOkResponse({ standardSchema: RepairList })
  async list(@OrderId() orderId: string) {
    const order = await this.db.selectFrom('orders').select('id').where('id', '=', orderId).executeTakeFirst();
    found(order, 'order', orderId);
    const rows = await this.db
      .selectFrom('order_repair')
      .selectAll()
      .where('order_id', '=', orderId)
      .orderBy('id')
      .execute();
    return { items: rows.map(toRepair) };
  }
}

const toRepair = (row: RepairRow): z.infer<typeof RepairResource> => ({
  id: row.id,
  orderId: row.order_id,
  kind: row.kind,
  messageId: row.message_id,
  askedBy: row.asked_by,
  reason: row.reason,
  state: row.state,
  outcome: row.outcome,
  at: row.at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
});
