import * as contracts from '@bezel/contracts';
import type { EventDefinition } from '@bezel/outbox';
import { describe, expect, test } from '@jest/globals';
import { FACT_EVENTS } from './facts.ts';

const at = '2026-11-21T10:00:00.000Z';
const orderId = '019a0000-0000-7000-8000-000000000001';
const step = { orderId, workOrderId: orderId, by: 'olga', at };

const said = (event: EventDefinition, data: unknown) =>
  FACT_EVENTS.find((entry) => entry.event.type === event.type)?.read(data);

test.each([
  [
    contracts.PriceAccepted,
    { orderId, offerId: 'o', acceptedBy: 'ann', at },
    { kind: 'price-accepted', by: 'ann', at, offerId: 'o' },
  ],
  [
    contracts.CancellationRequested,
    { orderId, requestedBy: 'ann', reason: 'late', at },
    { kind: 'cancellation-requested', by: 'ann', at, reason: 'late' },
  ],
  [contracts.DeliveryConfirmed, { orderId, courierEventId: 'c-1', at }, { kind: 'delivered', by: 'c-1', at }],
  [contracts.WorkOrderStarted, step, { kind: 'manufacturing-started', by: 'olga', at }],
  [contracts.WorkOrderCompleted, step, { kind: 'manufacturing-completed', by: 'olga', at }],
  [contracts.WorkOrderPacked, step, { kind: 'packed', by: 'olga', at }],
  [contracts.WorkOrderShipped, step, { kind: 'shipped', by: 'olga', at }],
])('$type is read', (event, data, fact) => {
  expect(said(event as unknown as EventDefinition, data)).toEqual(fact);
});

describe('events that are no facts', () => {
  test('are exactly these', () => {
    const all = Object.values(contracts as Record<string, unknown>).flatMap((value) =>
      typeof value === 'object' && value !== null && 'topic' in value && 'type' in value ? [String(value.type)] : [],
    );
    const facts = FACT_EVENTS.map(({ event }) => event.type);
    expect(all.filter((type) => !facts.includes(type)).sort()).toEqual([
      'mes.pricing-progressed',
      'mes.withdrawal-failed',
      'mes.work-order-claimed',
      'mes.work-order-opened',
      'mes.work-order-withdrawn',
      'shop.order-delayed',
      'shop.order-status-changed',
      'shop.order-submitted',
      'shop.projecting-asked',
      'shop.publishing-asked',
      'shop.redrive-asked',
    ]);
  });
});
