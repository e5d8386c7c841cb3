import { randomUUID } from 'node:crypto';
import type { Evidence, ViewRow } from '../account/evidence.ts';
import type { Hop } from '../account/hops.ts';
import { LIFE_BEGINS, type LifePlan } from './order-life.ts';
import { life, type Stage } from './stage.ts';

const MINUTE = 60_000;

/** A life that came to PACKED half an hour ago, long past what any hop may take, within what the stage may. */
export const packed = (orderId: string, plan: Partial<LifePlan> = {}, began = Date.now() - 30 * MINUTE): Evidence[] =>
  life(orderId, { repeatsFrom: [], claimed: false, ...plan }).map(
    (item) => ({ ...item, at: 'at' in item ? item.at - LIFE_BEGINS + began : 0 }) as Evidence,
  );

export const isRow = (item: Evidence, hop: string, state: RegExp): item is ViewRow =>
  item.source === 'view' && item.hop === hop && state.test(item.state);

export const idOf = (evidence: readonly Evidence[], hop: string, state: RegExp): string | null | undefined =>
  evidence.find((item): item is ViewRow => isRow(item, hop, state))?.messageId;

/** What is planted: a change of what is written down or sent, before or after the order is there. */
export interface Planted {
  readonly name: string;
  readonly hop: Hop;
  readonly plan?: Partial<LifePlan>;
  readonly before?: (evidence: Evidence[]) => Evidence[];
  readonly after?: (on: Stage, orderId: string) => Promise<unknown>;
}

const moved = /order-status-changed/;
export const without = (evidence: Evidence[], gone: (item: Evidence) => boolean): Evidence[] =>
  evidence.filter((item) => !gone(item));

/** One more message, of the shop's own or of the MES, that the shop has taken. */
function takenByTheShop(evidence: Evidence[], app: 'shop' | 'mes', type: string): Evidence[] {
  const [order] = evidence.filter((item) => isRow(item, 'shop.order', /./)) as [ViewRow];
  const { orderId, at } = order;
  const messageId = randomUUID();
  const topic = app === 'shop' ? 'shop.orders' : 'mes.work-orders';
  return [
    ...evidence,
    { ...order, hop: `${app}.outbox`, messageId, state: `3/9000 ${topic} ${type}` },
    { ...order, hop: 'shop.inbox', messageId, state: 'shop.orchestrator' },
    { source: 'topic', orderId, hop: `${app}.topic`, messageId, type, partition: 0, offset: 9_000n, at },
  ];
}

export const PLANTED: readonly Planted[] = [
  {
    name: 'a status changed behind the workflow’s back',
    hop: 'shop.history',
    after: (on, id) => on.query('shop', `UPDATE ledger.shop_order SET state = 'SHIPPED' WHERE order_id = $1`, [id]),
  },
  {
    name: 'an outbox row never published',
    hop: 'shop.topic',
    before: (evidence) => {
      const lost = idOf(evidence, 'shop.outbox', moved);
      const taken = (item: Evidence) =>
        item.source === 'view' && item.hop.endsWith('.inbox') && item.messageId === lost;
      return without(evidence, (item) => taken(item) || (item.source === 'topic' && item.messageId === lost));
    },
  },
  {
    name: 'an inbox row without its effect',
    hop: 'crm.projection',
    after: (on, id) =>
      on.query('crm', `DELETE FROM ledger.crm_projection WHERE order_id = $1 AND state LIKE '4 %'`, [id]),
  },
  {
    name: 'an inbox row without its effect, at the board of the MES',
    hop: 'mes.board',
    after: (on, id) => on.query('mes', `DELETE FROM ledger.mes_board WHERE order_id = $1`, [id]),
  },
  {
    name: 'an inbox row without its effect, at the late marks of the MES',
    hop: 'mes.late-mark',
    plan: { lateAfter: 6 },
    after: (on, id) => on.query('mes', `DELETE FROM ledger.mes_late_mark WHERE order_id = $1`, [id]),
  },
  {
    name: 'an inbox row without its effect, at the delays of the CRM',
    hop: 'crm.delay',
    after: (on, id) => on.query('crm', `DELETE FROM ledger.crm_delay WHERE order_id = $1`, [id]),
  },
  {
    name: 'a customer who was not told of a delay',
    hop: 'crm.delay',
    after: (on, id) => on.query('crm', `UPDATE ledger.crm_delay SET state = '4 late' WHERE order_id = $1`, [id]),
  },
  {
    name: 'a row of sales that the moves beside it contradict',
    hop: 'crm.order',
    after: (on, id) =>
      on.query('crm', `UPDATE ledger.crm_order SET state = '5 MANUFACTURING_COMPLETED' WHERE order_id = $1`, [id]),
  },
  {
    name: 'a projection that missed an event',
    hop: 'crm.inbox',
    before: (evidence) => {
      const missed = idOf(evidence, 'shop.outbox', moved);
      return without(
        evidence,
        (item) =>
          (item.source === 'view' && item.hop === 'crm.inbox' && item.messageId === missed) ||
          isRow(item, 'crm.projection', /^1 /),
      );
    },
  },
  {
    name: 'a fact taken that the workflow was never told',
    hop: 'workflow',
    before: (evidence) => takenByTheShop(evidence, 'shop', 'shop.delivery-confirmed'),
  },
  {
    name: 'an inbox row without its effect, at what the shop shows of a cancellation',
    hop: 'shop.cancellation',
    before: (evidence) => takenByTheShop(evidence, 'mes', 'mes.withdrawal-failed'),
  },
  {
    name: 'an order row removed',
    hop: 'shop.order',
    after: (on, id) => on.query('shop', 'DELETE FROM ledger.shop_order WHERE order_id = $1', [id]),
  },
];

export async function fill(
  on: Stage,
  orderId: string,
  { plan, before, after }: Partial<Planted> = {},
  began?: number,
): Promise<void> {
  const evidence = packed(orderId, plan, began);
  await on.fill(before?.(evidence) ?? evidence);
  await on.startWorkflow(orderId);
  await after?.(on, orderId);
}
