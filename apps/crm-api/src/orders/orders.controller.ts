import { ORDER_STATUSES, OrderHistoryEntry, OrderPage, OrderResource, type OrderStatus } from '@bezel/contracts';
import {
  Caller,
  type CallerIdentity,
  decodeCursor,
  found,
  InjectDatabase,
  OrderId,
  pageOf,
  pageQuery,
  Roles,
  withinTenant,
} from '@bezel/service';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { CrmDatabase } from '../database/crm-database.ts';
import { historyOf } from './history-of.ts';
import { toResource } from './order-resource.ts';

const ListQuery = z.strictObject({
  status: z.enum(ORDER_STATUSES).optional(),
  tenant: z.string().max(100).optional(),
  ...pageQuery,
});
const Position = z.tuple([z.uuid()]);
const History = z.object({ items: z.array(OrderHistoryEntry) });

/** Sales' view of all orders of their tenant; an admin sees every tenant's. */
@ApiTags('orders')
@Controller('v1/orders')
@Roles('sales', 'admin')
export class OrdersController {
  constructor(@InjectDatabase() private readonly db: Kysely<CrmDatabase>) {}

  @Get()
  @ApiOperation({ summary: 'Orders, newest first' })
  @ApiOkResponse({ standardSchema: OrderPage })
  async list(
    @Query({ schema: ListQuery }) query: z.infer<typeof ListQuery>,
    @Caller() caller: CallerIdentity,
  ): Promise<OrderPage> {
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, Position)[0];
    const rows = await this.db
      .selectFrom('order_view')
      .selectAll()
      .where(withinTenant(caller, 'tenant'))
      .$if(query.tenant !== undefined, (select) => select.where('tenant', '=', query.tenant as string))
      .$if(query.status !== undefined, (select) => select.where('status', '=', query.status as OrderStatus))
      .$if(after !== undefined, (select) => select.where('id', '<', after as string))
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return pageOf(rows, query.limit, (row) => [row.id], toResource);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One order' })
  @ApiOkResponse({ standardSchema: OrderResource })
  async one(@OrderId() id: string, @Caller() caller: CallerIdentity): Promise<OrderResource> {
    return toResource(await this.visible(id, caller));
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Every move and delay of an order, oldest first' })
  @ApiOkResponse({ standardSchema: History })
  async history(@OrderId() id: string, @Caller() caller: CallerIdentity): Promise<z.infer<typeof History>> {
    await this.visible(id, caller);
    return { items: await historyOf(this.db, id) };
  }

  private async visible(id: string, caller: CallerIdentity) {
    const row = await this.db
      .selectFrom('order_view')
      .selectAll()
      .where('id', '=', id)
      .where(withinTenant(caller, 'tenant'))
      .executeTakeFirst();
    return found(row, 'order', id);
  }
}
