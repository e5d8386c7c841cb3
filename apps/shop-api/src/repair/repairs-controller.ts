import { Caller, found, Idempotency, InjectDatabase, invalidRequest, OrderId, Roles } from '@bezel/service';
import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ShopDatabase } from '../database/shop-database.ts';
import { FACT_EVENTS, type Said } from '../orchestrator/facts.ts';
import { askRepair, type RepairRow, type RepairWanted } from './ask-repair.ts';

const Reason = z.string().trim().min(1).max(500);

/**
 * What is asked, and why. `tell-fact` names the message of a fact: one that the shop has recorded, or another service's, and
 * then its event as it lies on the topic.
 */
export const RepairBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run-workflow'), reason: Reason }),
  z.strictObject({ kind: z.literal('redrive'), reason: Reason }),
  z.strictObject({
    kind: z.literal('tell-fact'),
    messageId: z.uuid(),
    event: z.strictObject({ type: z.string(), data: z.unknown() }).optional(),
    reason: Reason,
  }),
]);
export type RepairBody = z.infer<typeof RepairBody>;

/** A repair, with what came of it; `outcome` says it in words once it is not `asked` any more. */
export const RepairResource = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  kind: z.enum(['run-workflow', 'tell-fact', 'redrive']),
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
 * (`carry-out.ts`), which looks again whether it is needed and safe. Asked twice, it is done once.
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

function wantedBy(orderId: string, body: RepairBody): RepairWanted {
  if (body.kind !== 'tell-fact') return { kind: body.kind };
  const { kind, messageId, event } = body;
  return event === undefined ? { kind, messageId } : { kind, messageId, fact: factIn(orderId, event) };
}

/** What an event of another service says of this order. @throws ProblemError 400 when it is no fact, or another order's */
function factIn(orderId: string, { type, data }: { readonly type: string; readonly data?: unknown }): Said {
  const known = FACT_EVENTS.find(({ event }) => event.type === type);
  if (known === undefined) throw invalidRequest([{ path: 'event.type', message: `${type} tells a workflow nothing` }]);
  const read = known.event.schema['~standard'].validate(data);
  if (read instanceof Promise || read.issues !== undefined) {
    throw invalidRequest([{ path: 'event.data', message: `does not fit the schema of ${type}` }]);
  }
  if (known.event.key(read.value) !== orderId) {
    throw invalidRequest([{ path: 'event.data', message: 'is about another order' }]);
  }
  return known.read(read.value);
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
