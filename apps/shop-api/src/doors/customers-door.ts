import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Webhook } from 'standardwebhooks';
import { CourierController } from '../courier/courier-controller.ts';
import { COURIER_WEBHOOK } from '../courier/signature-guard.ts';
import { StoredModelsController, uploadsController } from '../models/models-controller.ts';
import { OperationsController } from '../operations/operations-controller.ts';
import { OrdersInTemporal } from '../operations/orders-in-temporal.ts';
import { ordersController } from '../orders/orders-controller.ts';
import { WorkflowLinks } from '../orders/view/workflow-links.ts';
import { RepairsController } from '../repair/repairs-controller.ts';
import { CUSTOMERS_DOOR } from './door.ts';
import { InFlightLimit } from './in-flight-limit.ts';

@Module({})
class CustomersDoorModule {}

/**
 * What answers behind the customers' port: their orders and models, the couriers' callback, the models for pricing, the
 * operators' list, administrators' repairs.
 */
export const customersDoor = (options: {
  readonly courierWebhookSecret: string;
  readonly maxInFlight: number;
  readonly temporal: { readonly namespace: string; readonly uiUrl: string | null };
  /** Where operators may ask Temporal for orders. */
  readonly visibility: OrdersInTemporal;
}): DynamicModule => ({
  module: CustomersDoorModule,
  controllers: [
    ordersController(CUSTOMERS_DOOR, new WorkflowLinks(options.temporal)),
    uploadsController(CUSTOMERS_DOOR.roles),
    StoredModelsController,
    CourierController,
    OperationsController,
    RepairsController,
  ],
  providers: [
    { provide: OrdersInTemporal, useValue: options.visibility },
    { provide: COURIER_WEBHOOK, useValue: new Webhook(options.courierWebhookSecret) },
    { provide: APP_INTERCEPTOR, useValue: new InFlightLimit(options.maxInFlight) },
  ],
});
