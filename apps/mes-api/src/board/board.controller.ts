import { WORK_ORDER_STATUSES, WorkOrderPage, WorkOrderResource } from '@bezel/contracts';
import type { Outbox } from '@bezel/outbox';
import { InjectOutbox } from '@bezel/outbox/nestjs';
import { Caller, decodeCursor, found, Idempotency, InjectDatabase, pageOf, pageQuery, Roles } from '@bezel/service';
import { applyDecorators, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { MesDatabase } from '../database/mes-database.ts';
import type { StepName } from '../work-orders/steps.ts';
import { takeStep } from '../work-orders/take-step.ts';
import { boardRow, boardRowOfOrder, latePage, statusPage, wholePage } from './board-statements.ts';
import { toResource } from './work-order-resource.ts';

const BoardQuery = z
  .strictObject({
    status: z.enum(WORK_ORDER_STATUSES).optional(),
    orderId: z.uuid().optional(),
    late: z.literal('true').optional(),
    sort: z.enum(['oldest', 'newest']).default('oldest'),
    ...pageQuery,
  })
  .refine(({ sort, status, late }) => sort === 'oldest' || (status === undefined && late === undefined), {
    path: ['sort'],
    message: 'the work orders of one status, and those that are late, come oldest first: whoever waits longest is next',
  });
type BoardQuery = z.infer<typeof BoardQuery>;

const Id = z.uuid();
/** Where a page of one status begins, and where one over all: a cursor fits the list it came from and no other. */
const StatusPosition = (status: string) => z.tuple([z.literal(status), z.string().regex(/^\d{1,18}$/)]);
const LatePosition = (status: string) => z.tuple([z.literal('late'), ...StatusPosition(status).def.items]);
const WholePosition = (sort: 'oldest' | 'newest') => z.tuple([z.literal(sort), Id]);
const BEYOND_ALL = {
  oldest: '00000000-0000-0000-0000-000000000000',
  newest: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
} as const;

/** What the doors of all steps have in common. */
const Step = (summary: string) =>
  applyDecorators(
    HttpCode(200),
    ApiOperation({ summary }),
    ApiOkResponse({ standardSchema: WorkOrderResource }),
    ApiResponse({ status: 403, description: '`claimed_by_another`: only the claimer or an admin goes on' }),
    ApiResponse({ status: 409, description: '`illegal_action`: the detail names the status the work order is in' }),
  );

/** The operators' board. Operators work for the whole house: they see the work orders of every tenant. */
@Controller('v1/work-orders')
@Roles('operator', 'admin')
export class BoardController {
  constructor(
    @InjectOutbox() private readonly outbox: Outbox,
    @InjectDatabase() private readonly db: Kysely<MesDatabase>,
    @Inject(Idempotency) private readonly idempotency: Idempotency<MesDatabase>,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Work orders, oldest first (all of them also newest first), by status, by order, or those that are late',
  })
  @ApiOkResponse({ standardSchema: WorkOrderPage })
  async list(@Query({ schema: BoardQuery }) query: BoardQuery): Promise<WorkOrderPage> {
    const { status, orderId, late, sort, cursor, limit } = query;
    if (orderId !== undefined) {
      const row = await boardRowOfOrder(this.db, orderId);
      const fits =
        row !== undefined &&
        (status === undefined || row.status === status) &&
        (late === undefined || row.late === true);
      return { items: fits ? [toResource(row)] : [], nextCursor: null };
    }
    if (late !== undefined) {
      const list = status ?? 'all';
      const after = cursor === undefined ? '0' : decodeCursor(cursor, LatePosition(list))[2];
      const rows = await latePage(this.db, { ...(status && { status }), after, limit: limit + 1 });
      return pageOf(rows, limit, ({ position }) => ['late', list, position], toResource);
    }
    if (status !== undefined) {
      const [, after] = cursor === undefined ? [status, '0'] : decodeCursor(cursor, StatusPosition(status));
      const rows = await statusPage(this.db, { status, after, limit: limit + 1 }).execute();
      return pageOf(rows, limit, ({ position }) => [status, position], toResource);
    }
    const [, after] = cursor === undefined ? [sort, BEYOND_ALL[sort]] : decodeCursor(cursor, WholePosition(sort));
    const rows = await wholePage(this.db, { after, limit: limit + 1, newestFirst: sort === 'newest' });
    return pageOf(rows, limit, ({ id }) => [sort, id], toResource);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One work order' })
  @ApiOkResponse({ standardSchema: WorkOrderResource })
  async one(@Param('id', { schema: Id }) id: string): Promise<WorkOrderResource> {
    return toResource(found(await boardRow(this.db, id), 'work order', id));
  }

  @Post(':id/claim')
  @Step('Take an OPEN work order')
  claim(@Req() request: Request, @Param('id', { schema: Id }) id: string, @Caller() caller: Caller) {
    return this.step('claim', request, id, caller);
  }

  @Post(':id/start')
  @Step('Begin making the piece')
  start(@Req() request: Request, @Param('id', { schema: Id }) id: string, @Caller() caller: Caller) {
    return this.step('start', request, id, caller);
  }

  @Post(':id/complete')
  @Step('The piece is made')
  complete(@Req() request: Request, @Param('id', { schema: Id }) id: string, @Caller() caller: Caller) {
    return this.step('complete', request, id, caller);
  }

  @Post(':id/pack')
  @Step('The piece is packed')
  pack(@Req() request: Request, @Param('id', { schema: Id }) id: string, @Caller() caller: Caller) {
    return this.step('pack', request, id, caller);
  }

  @Post(':id/ship')
  @Step('The parcel has left the house')
  ship(@Req() request: Request, @Param('id', { schema: Id }) id: string, @Caller() caller: Caller) {
    return this.step('ship', request, id, caller);
  }

  private step(step: StepName, request: Request, id: string, caller: Caller) {
    return this.idempotency.run(request, async (trx) => {
      await takeStep(this.outbox, trx, step, id, caller);
      return { status: 200, body: toResource(found(await boardRow(trx, id), 'work order', id)) };
    });
  }
}
