import { Module } from '@nestjs/common';
import { MessagesController } from '../messages/messages.controller.ts';
import { OrdersController } from './orders.controller.ts';

/** The CRM's doors. */
@Module({ controllers: [OrdersController, MessagesController] })
export class OrdersModule {}
