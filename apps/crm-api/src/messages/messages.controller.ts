import { CustomerMessagePage, type CustomerMessageResource } from '@bezel/contracts';
import {
  Caller,
  type CallerIdentity,
  decodeCursor,
  InjectDatabase,
  pageOf,
  pageQuery,
  Roles,
  withinTenant,
} from '@bezel/service';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { CrmDatabase, CustomerMessageTable } from '../database/crm-database.ts';

const MessageQuery = z.strictObject({
  orderId: z.uuid().optional(),
  tenant: z.string().max(100).optional(),
  ...pageQuery,
});
const Position = z.tuple([z.uuid()]);

/** What customers were told: sales sees that of their tenant, an admin of every one. */
@ApiTags('messages')
@Controller('v1/messages')
@Roles('sales', 'admin')
export class MessagesController {
  constructor(@InjectDatabase() private readonly db: Kysely<CrmDatabase>) {}

  /** Served by `customer_message_order`, `customer_message_tenant` or, for all, the primary key. */
  @Get()
  @ApiOperation({ summary: 'What customers were told, newest first: all of it, or about one order' })
  @ApiOkResponse({ standardSchema: CustomerMessagePage })
  async list(
    @Query({ schema: MessageQuery }) query: z.infer<typeof MessageQuery>,
    @Caller() caller: CallerIdentity,
  ): Promise<CustomerMessagePage> {
    const { orderId, tenant, cursor, limit } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, Position)[0];
    let messages = this.db.selectFrom('customer_message').selectAll().where(withinTenant(caller, 'tenant'));
    if (orderId !== undefined) messages = messages.where('order_id', '=', orderId);
    if (tenant !== undefined) messages = messages.where('tenant', '=', tenant);
    if (after !== undefined) messages = messages.where('id', '<', after);
    const rows = await messages
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ id }) => [id], toResource);
  }
}

const toResource = (row: Selectable<CustomerMessageTable>): CustomerMessageResource => ({
  id: row.id,
  orderId: row.order_id,
  tenant: row.tenant,
  customerId: row.customer_id,
  kind: row.kind,
  text: row.text,
  at: row.at.toISOString(),
});
