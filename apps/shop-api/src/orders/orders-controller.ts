import { OrderHistoryEntry, OrderPage, OrderResource, OrderView } from '@bezel/contracts';
import type { Outbox } from '@bezel/outbox';
import { InjectOutbox } from '@bezel/outbox/nestjs';
import {
  Caller,
  Consumes,
  concernsOrder,
  decodeCursor,
  found,
  Idempotency,
  InjectDatabase,
  OrderId,
  pageOf,
  pageQuery,
  Roles,
} from '@bezel/service';
import { Body, Controller, Get, Post, Query, Req, type Type, UseInterceptors } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { ShopDatabase } from '../database/shop-database.ts';
import { type Door, isStaff, visibleTo } from '../doors/door.ts';
import { ModelUpload } from '../models/model-upload.ts';
import { compensationsOf } from './cancellation/compensations.ts';
import { acceptOrder } from './facts/accept-order.ts';
import { cancelOrder } from './facts/cancel-order.ts';
import { lockOrder } from './facts/lock-order.ts';
import { AcceptBody, CancelBody } from './facts/request-bodies.ts';
import { fingerprintOf, readSubmission } from './submit/submission.ts';
import { submissionForm } from './submit/submission-form.ts';
import { submitOrder } from './submit/submit-order.ts';
import { type OrderRow, toOrderResource } from './view/order-resource.ts';
import { historyOf, visibleOrder, visibleOrders } from './view/order-statements.ts';
import type { WorkflowLinks } from './view/workflow-links.ts';

const OrderListQuery = z.strictObject(pageQuery);
const OrderHistory = z.object({ items: z.array(OrderHistoryEntry) });

/**
 * The orders as seen through one door. Both doors have the same routes; they differ in who comes in and what they see.
 * With `links` staff are shown where the workflow of an order is.
 */
export function ordersController(door: Door, links: WorkflowLinks | null = null): Type {
  @Controller('v1/orders')
  @Roles(...door.roles)
  class OrdersController {
    constructor(
      @InjectOutbox() private readonly outbox: Outbox,
      @InjectDatabase() private readonly db: Kysely<ShopDatabase>,
      private readonly idempotency: Idempotency<ShopDatabase>,
    ) {}

    @Post()
    @Consumes('multipart/form-data', 'application/json')
    @UseInterceptors(ModelUpload)
    @ApiBody(submissionForm)
    @ApiCreatedResponse({ standardSchema: OrderResource })
    submit(@Req() request: Request, @Caller() caller: Caller) {
      const submission = readSubmission(request);
      return this.idempotency.run(
        request,
        async (trx) => {
          const order = await submitOrder(this.outbox, trx, caller, door, submission);
          concernsOrder(order.id);
          return { status: 201, body: toOrderResource(order), headers: { location: `/v1/orders/${order.id}` } };
        },
        { fingerprint: fingerprintOf(submission) },
      );
    }

    @Get()
    @ApiOkResponse({ standardSchema: OrderPage })
    async list(
      @Query({ schema: OrderListQuery }) { limit, cursor }: z.output<typeof OrderListQuery>,
      @Caller() caller: Caller,
    ) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.uuid()]))[0];
      const rows = await visibleOrders(this.db, caller, door, { after, limit: limit + 1 });
      return pageOf(rows, limit, (row) => [row.id], toOrderResource);
    }

    @Get(':id')
    @Roles(...door.readers)
    @ApiOkResponse({ standardSchema: OrderView })
    async show(@OrderId() id: string, @Caller() caller: Caller): Promise<OrderView> {
      const row = found(await visibleOrder(this.db, caller, door, id), 'order', id);
      const order = toOrderResource(row);
      if (links === null || !isStaff(caller, door)) return order;
      const cancellation = order.cancellation && {
        ...order.cancellation,
        steps: await compensationsOf(this.db, row),
      };
      return { ...order, cancellation, workflow: await links.of(this.db, id) };
    }

    @Get(':id/history')
    @Roles(...door.readers)
    @ApiOkResponse({ standardSchema: OrderHistory })
    async history(@OrderId() id: string, @Caller() caller: Caller) {
      found(await visibleOrder(this.db, caller, door, id), 'order', id);
      return { items: await historyOf(this.db, id, { repairs: isStaff(caller, door) }) };
    }

    @Post(':id/accept')
    @ApiAcceptedResponse({ standardSchema: OrderResource })
    accept(
      @Req() request: Request,
      @OrderId() id: string,
      @Body({ schema: AcceptBody }) { offerId }: AcceptBody,
      @Caller() caller: Caller,
    ) {
      return this.say(request, id, caller, (trx, order) =>
        acceptOrder(this.outbox, trx, order, { offerId, by: caller.sub }),
      );
    }

    @Post(':id/cancel')
    @ApiAcceptedResponse({ standardSchema: OrderResource })
    cancel(
      @Req() request: Request,
      @OrderId() id: string,
      @Body({ schema: CancelBody }) { reason }: CancelBody,
      @Caller() caller: Caller,
    ) {
      return this.say(request, id, caller, (trx, order) =>
        cancelOrder(this.outbox, trx, order, { reason, by: caller.sub }),
      );
    }

    /** Records a fact about an order the caller may see: 202, because the status follows when the workflow has heard. */
    private say(
      request: Request,
      id: string,
      caller: Caller,
      record: (trx: Transaction<ShopDatabase>, order: OrderRow) => Promise<void>,
    ) {
      return this.idempotency.run(request, async (trx) => {
        const order = found(
          await lockOrder(trx, (eb) => eb.and([eb('id', '=', id), visibleTo(caller, door)(eb)])),
          'order',
          id,
        );
        await record(trx, order);
        return { status: 202, body: toOrderResource((await visibleOrder(trx, caller, door, id)) ?? order) };
      });
    }
  }
  return OrdersController;
}
