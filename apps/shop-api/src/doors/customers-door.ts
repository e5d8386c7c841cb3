import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Webhook } from 'standardwebhooks';
import { CourierController } from '../courier/courier-controller.ts';
import { COURIER_WEBHOOK } from '../courier/signature-guard.ts';
import { StoredModelsController, uploadsController } from '../models/models-controller.ts';
import { ordersController } from '../orders/orders-controller.ts';
import { CUSTOMERS_DOOR } from './door.ts';
import { InFlightLimit } from './in-flight-limit.ts';

@Module({})
class CustomersDoorModule {}

/** What answers behind the customers' port: their orders and models, the couriers' callback, the models for pricing. */
export const customersDoor = (options: {
  readonly courierWebhookSecret: string;
  readonly maxInFlight: number;
}): DynamicModule => ({
  module: CustomersDoorModule,
  controllers: [
    ordersController(CUSTOMERS_DOOR),
    uploadsController(CUSTOMERS_DOOR.roles),
    StoredModelsController,
    CourierController,
  ],
  providers: [
    { provide: COURIER_WEBHOOK, useValue: new Webhook(options.courierWebhookSecret) },
    { provide: APP_INTERCEPTOR, useValue: new InFlightLimit(options.maxInFlight) },
  ],
});
