import { randomUUID } from 'node:crypto';
import type { Fact, FactKind, OrderInput } from '../index.ts';

export const orderInput = (more: Partial<OrderInput> = {}): OrderInput => ({
  orderId: randomUUID(),
  orderNumber: 'BZ-1',
  tenant: 'atelier',
  customerId: 'c-1',
  model: { sha256: 'a'.repeat(64), fileName: 'ring.stl', bytes: 684 },
  metal: 'gold-585',
  finish: 'polished',
  stones: 2,
  submittedAt: '2026-11-21T10:00:00.000Z',
  ...more,
});

/** A fact as an outbox message would carry it. */
export const factOf = (kind: FactKind, more: Partial<Fact> = {}): Fact => ({
  messageId: randomUUID(),
  kind,
  at: '2026-11-21T10:00:00.000Z',
  by: 'somebody',
  ...more,
});

/** The operators' and the courier's facts, in the order they are recorded. */
export const MAKING = [
  'manufacturing-started',
  'manufacturing-completed',
  'packed',
  'shipped',
] as const satisfies readonly FactKind[];
