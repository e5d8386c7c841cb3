import {
  CancellationRequested,
  DeliveryConfirmed,
  PriceAccepted,
  WorkOrderCompleted,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
} from '@bezel/contracts';
import type { Fact } from '@bezel/order-workflow';
import type { EventDefinition } from '@bezel/outbox';

/** What an event says, without the id of the message that carried it. */
export type Said = Omit<Fact, 'messageId'>;

/** An event that tells a workflow something, and how its data (which fit the event's schema) are read. */
export interface FactEvent {
  readonly event: EventDefinition;
  readonly read: (data: unknown) => Said;
}

const tells = <Data>(event: EventDefinition<string, Data>, read: (data: Data) => Said): FactEvent => ({
  event: event as unknown as EventDefinition,
  read: (data) => read(data as Data),
});

type WorkOrderStep = { readonly by: string; readonly at: string };
const step =
  (kind: Said['kind']) =>
  ({ by, at }: WorkOrderStep): Said => ({ kind, by, at });

/**
 * Which events are facts of which kind: the whole way from what people, operators and couriers record to what a workflow
 * hears. An event that is not here moves no order.
 */
export const FACT_EVENTS: readonly FactEvent[] = [
  tells(PriceAccepted, ({ acceptedBy, at, offerId }) => ({ kind: 'price-accepted', by: acceptedBy, at, offerId })),
  tells(CancellationRequested, ({ requestedBy, at, reason }) => ({
    kind: 'cancellation-requested',
    by: requestedBy,
    at,
    reason,
  })),
  tells(WorkOrderStarted, step('manufacturing-started')),
  tells(WorkOrderCompleted, step('manufacturing-completed')),
  tells(WorkOrderPacked, step('packed')),
  tells(WorkOrderShipped, step('shipped')),
  tells(DeliveryConfirmed, ({ courierEventId, at }) => ({ kind: 'delivered', by: courierEventId, at })),
];
