import { defineEvent } from '@bezel/outbox/event';
import { z } from 'zod';
import { TOPICS } from '../topics.ts';
import { Instant } from '../values.ts';

const topic = TOPICS.mesWorkOrders;
const key = (data: { orderId: string }): string => data.orderId;
const workOrderStep = z.object({ orderId: z.uuid(), workOrderId: z.uuid(), by: z.string(), at: Instant });

/** The work order exists and its material is reserved. */
export const WorkOrderOpened = defineEvent({ type: 'mes.work-order-opened', topic, key, schema: workOrderStep });
/** An operator took the work order. Moves no order status. */
export const WorkOrderClaimed = defineEvent({ type: 'mes.work-order-claimed', topic, key, schema: workOrderStep });
/** Fact: making began. */
export const WorkOrderStarted = defineEvent({ type: 'mes.work-order-started', topic, key, schema: workOrderStep });
/** Fact: the piece is made. */
export const WorkOrderCompleted = defineEvent({ type: 'mes.work-order-completed', topic, key, schema: workOrderStep });
/** Fact: the piece is packed. */
export const WorkOrderPacked = defineEvent({ type: 'mes.work-order-packed', topic, key, schema: workOrderStep });
/** Fact: the parcel left the house. */
export const WorkOrderShipped = defineEvent({ type: 'mes.work-order-shipped', topic, key, schema: workOrderStep });
/** The work order was withdrawn by the order's workflow and its material released. */
export const WorkOrderWithdrawn = defineEvent({ type: 'mes.work-order-withdrawn', topic, key, schema: workOrderStep });
