import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { uploadsController } from '../models/models-controller.ts';
import { ordersController } from '../orders/orders-controller.ts';
import { PARTNERS_DOOR } from './door.ts';
import { InFlightLimit } from './in-flight-limit.ts';

@Module({})
class PartnersDoorModule {}

/**
 * What answers behind the partners' port: the same order doors as the customers', on a port, a pool and limits of their
 * own. For now a partner's people come with a token of the role partner-admin; API keys are still open.
 */
export const partnersDoor = (options: { readonly maxInFlight: number }): DynamicModule => ({
  module: PartnersDoorModule,
  controllers: [ordersController(PARTNERS_DOOR), uploadsController(PARTNERS_DOOR.roles)],
  providers: [{ provide: APP_INTERCEPTOR, useValue: new InFlightLimit(options.maxInFlight) }],
});
