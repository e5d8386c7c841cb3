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
import type { EventDefinition, ReceivedEvent } from '@bezel/outbox';
import { type EventDecorator, OnEvent } from '@bezel/outbox/nestjs';

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

/** Decorates a method that is called with each of them. */
export const OnEveryFact: EventDecorator<ReceivedEvent> = (target, method, descriptor) => {
  for (const { event } of FACT_EVENTS) OnEvent(event)(target, method, descriptor);
};

const READERS = new Map(FACT_EVENTS.map(({ event, read }) => [event.type, read]));

/** What an event says that is one of them. */
export function readFact({ type, data }: Pick<ReceivedEvent, 'type' | 'data'>): Said {
  const read = READERS.get(type);
  if (read === undefined) throw new TypeError(`${type} is no fact`);
  return read(data);
}
