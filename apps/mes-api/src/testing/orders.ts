import type { MesActivities } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { committedIn } from '@bezel/outbox/testing';
import type { MesTestDatabase } from './mes-database.ts';

/** What the order workflow would open a work order with. */
export function anOrder(change: Partial<Parameters<MesActivities['openWorkOrder']>[0]> = {}) {
  return {
    orderId: uuidv7(),
    orderNumber: 'B-2026-000001',
    tenant: 'house',
    metal: 'gold-750',
    finish: 'polished',
    massMg: 7_750,
    model: { sha256: 'a'.repeat(64), fileName: 'ring.stl', bytes: 1_000 },
    ...change,
  } as const satisfies Parameters<MesActivities['openWorkOrder']>[0];
}

/** What the outbox would tell about an order, in its order: the event types without their prefix. */
export async function toldAbout(database: MesTestDatabase, orderId: string): Promise<string[]> {
  const told = (await committedIn(database.pool)).filter(({ key }) => key === orderId);
  return told.map(({ type }) => type.replace('mes.work-order-', ''));
}
