import { type OperationsOrder, OperationsPage } from '@bezel/contracts';
import { Caller, decodeCursor, encodeCursor, InjectDatabase, pageOf, Roles } from '@bezel/service';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ShopDatabase } from '../database/shop-database.ts';
import { lowestIdAt, submittedAtOf } from './id-time.ts';
import { OperationsQuery, type OrderFilter } from './order-filter.ts';
import { type ListedRow, ordersInDatabase } from './orders-in-database.ts';
import { OrdersInTemporal } from './orders-in-temporal.ts';

const DatabasePosition = z.tuple([z.uuid()]);
const TemporalPosition = z.tuple([z.literal('temporal'), z.base64url()]);

/** Whose work spans tenants. The others see the orders of their own. */
const OF_ALL_TENANTS = ['operator', 'admin'] as const;

/**
 * The operators' list of orders: by status, lateness, partner and age, from the database or from Temporal's visibility.
 * Both know the same, so that either can be asked about the other. Sales see the orders of their own tenant.
 */
@Controller('v1/operations/orders')
@Roles(...OF_ALL_TENANTS, 'sales')
export class OperationsController {
  constructor(
    @InjectDatabase() private readonly db: Kysely<ShopDatabase>,
    @Inject(OrdersInTemporal) private readonly visibility: OrdersInTemporal,
  ) {}

  @Get()
  @ApiOkResponse({ standardSchema: OperationsPage })
  async list(
    @Query({ schema: OperationsQuery }) query: OperationsQuery,
    @Caller() caller: Caller,
  ): Promise<OperationsPage> {
    const { status, late, olderThan, source, limit, cursor } = query;
    const ofAll = OF_ALL_TENANTS.some((role) => caller.roles.includes(role));
    const tenant = ofAll ? query.tenant : caller.tenant;
    // As everywhere, what is another tenant's is not there.
    if (query.tenant !== undefined && query.tenant !== tenant) return { items: [], nextCursor: null };
    const beforeId = olderThan === undefined ? undefined : lowestIdAt(new Date(Date.now() - olderThan));
    const filter: OrderFilter = { status, late, tenant, beforeId };
    if (source === 'temporal') {
      const token = cursor === undefined ? null : decodeCursor(cursor, TemporalPosition)[1];
      const from = token === null ? null : Buffer.from(token, 'base64url');
      const { items, next } = await this.visibility.list(filter, limit, from);
      return {
        items: [...items],
        nextCursor: next === null ? null : encodeCursor(['temporal', Buffer.from(next).toString('base64url')]),
      };
    }
    const after = cursor === undefined ? undefined : decodeCursor(cursor, DatabasePosition)[0];
    const { rows } = await ordersInDatabase(filter, { after, limit: limit + 1 }).execute(this.db);
    return pageOf(rows, limit, (row) => [row.id], toOperationsOrder);
  }
}

const toOperationsOrder = ({ id, tenant, status, late, stage_deadline }: ListedRow): OperationsOrder => ({
  id,
  tenant,
  status,
  late,
  stageDeadline: stage_deadline?.toISOString() ?? null,
  submittedAt: submittedAtOf(id).toISOString(),
});
