import { Module } from '@nestjs/common';
import { OrdersController } from './orders.controller.ts';

/** The CRM's doors. */
@Module({ controllers: [OrdersController] })
export class OrdersModule {}
