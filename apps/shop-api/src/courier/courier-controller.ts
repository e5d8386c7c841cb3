import type { Outbox } from '@bezel/outbox';
import { InjectOutbox } from '@bezel/outbox/nestjs';
import { concernsOrder, Idempotency, Public } from '@bezel/service';
import { Body, Controller, Post, Req, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import type { ShopDatabase } from '../database/shop-database.ts';
import { CourierEvent, CourierReceipt } from './courier-event.ts';
import { recordDelivery } from './record-delivery.ts';
import { SignatureGuard, webhookIdOf } from './signature-guard.ts';

/** Couriers have no token: they sign what they send. */
@Controller('v1/courier-events')
@Public()
@UseGuards(SignatureGuard)
export class CourierController {
  constructor(
    @InjectOutbox() private readonly outbox: Outbox,
    private readonly idempotency: Idempotency<ShopDatabase>,
  ) {}

  @Post()
  @ApiOperation({
    description:
      'Signed by Standard Webhooks. A webhook-id that comes again gets the same answer and has no second effect.',
  })
  @ApiHeader({ name: 'webhook-id', required: true, description: 'Yours, one for each event, 255 characters at most.' })
  @ApiHeader({
    name: 'webhook-timestamp',
    required: true,
    description: 'Seconds since 1970, at most five minutes off.',
  })
  @ApiHeader({
    name: 'webhook-signature',
    required: true,
    description: '`v1,` and the HMAC-SHA-256 over id, timestamp and body, in base64.',
  })
  @ApiAcceptedResponse({ standardSchema: CourierReceipt })
  take(@Req() request: Request, @Body({ schema: CourierEvent }) event: CourierEvent) {
    return this.idempotency.run(
      request,
      async (trx) => {
        const receipt = await recordDelivery(this.outbox, trx, webhookIdOf(request), event);
        concernsOrder(receipt.orderId);
        return { status: 202, body: receipt };
      },
      { caller: { tenant: 'couriers', sub: 'courier' } },
    );
  }
}
