import type { WorkOrderStatus } from '@bezel/contracts';
import { LIFECYCLE, STATUSES } from '../lifecycle/index.ts';
import type { OwningApp, SweeperName } from './sweepers.ts';

/** Whose a row is: a sweeper's, or nobody's, because nothing is waited for, with the reason. */
export type RowOwner = SweeperName | { readonly kept: string };

/** By value of a column: the sweeper of the rows that have it, or `rests` when such a row waits for nothing by that. */
export type StateOwners = Readonly<Record<string, SweeperName | 'rests'>>;

/** One table of the register. */
export interface OwnedTable {
  /** Who looks at a row for being there. */
  readonly rows: RowOwner;
  /** Who looks at it for what it is, by column and value. */
  readonly states?: Readonly<Record<string, StateOwners>>;
  /** Columns with listed values that say what a row is about and not what it waits for. */
  readonly noState?: readonly string[];
}

const HISTORY: RowOwner = { kept: 'what has happened; nothing is waited for' };
const MASTER_DATA: RowOwner = { kept: 'what there is, whoever needs it' };

/** The statuses of orders as the stage contract has them: each open one has the sweeper of its stage. */
const ORDERS: StateOwners = Object.fromEntries(
  STATUSES.map((status) => [status, LIFECYCLE[status].sweeper ?? 'rests']),
);

/** A copy of an order's status moves when the message of its next move arrives. */
const COPIES_OF_ORDERS: StateOwners = Object.fromEntries(
  STATUSES.map((status) => [status, LIFECYCLE[status].final ? 'rests' : 'consumers']),
);

/**
 * A work order waits as its order does: for people, in the stage of the order that they are to end, with that stage's SLA,
 * alerts and sweeper.
 */
const STAGE_OF: Readonly<Record<WorkOrderStatus, (typeof STATUSES)[number] | null>> = {
  OPEN: 'APPROVED',
  CLAIMED: 'APPROVED',
  STARTED: 'IN_MANUFACTURING',
  COMPLETED: 'MANUFACTURING_COMPLETED',
  PACKED: 'PACKED',
  SHIPPED: null,
  WITHDRAWN: null,
};
const WORK_ORDERS: StateOwners = Object.fromEntries(
  Object.entries(STAGE_OF).map(([status, stage]) => [
    status,
    (stage === null ? null : LIFECYCLE[stage].sweeper) ?? 'rests',
  ]),
);

/** What `@bezel/service` and `@bezel/outbox` keep in the database of each app. */
const IN_EACH: Readonly<Record<string, OwnedTable>> = {
  'bezel.migration': { rows: HISTORY },
  'idempotency.answer': {
    rows: 'expired-answers',
    // Null only inside the transaction that makes the answer.
    noState: ['status'],
  },
  'outbox.migration': { rows: HISTORY },
  'outbox.config': { rows: MASTER_DATA, noState: ['one'] },
  'outbox.message': { rows: 'relay' },
  'outbox.checkpoint': { rows: 'relay' },
  'outbox.lease': { rows: 'relay' },
  'outbox.lease_token': { rows: 'relay' },
  'outbox.relay': { rows: 'relay' },
  'outbox.parked_key': { rows: 'relay', states: { redrive: { false: 'relay', true: 'relay' } } },
  'outbox.parked_message': { rows: 'relay' },
  'outbox.inbox': { rows: 'retention' },
  'outbox.inbox_floor': { rows: { kept: 'how far ids were removed, one row a consumer group' } },
  'outbox.consumer_position': {
    rows: 'consumers',
    // Whether any key of the partition is parked: those keys have rows of their own.
    states: { parked: { false: 'rests', true: 'consumers' } },
  },
  'outbox.consumer_doubt': { rows: 'consumers' },
  'outbox.consumer_parked_key': { rows: 'consumers', states: { redrive: { false: 'consumers', true: 'consumers' } } },
  'outbox.consumer_parked_message': {
    rows: 'consumers',
    states: { discarded: { false: 'consumers', true: 'rests' }, admitted: { false: 'consumers', true: 'consumers' } },
    noState: ['keyless'],
  },
};

/** What each app keeps besides. */
const OF_APP: Readonly<Record<OwningApp, Readonly<Record<string, OwnedTable>>>> = {
  shop: {
    'public.model': { rows: 'unused-models' },
    'public.model_piece': { rows: 'unused-models' },
    'public.model_upload': { rows: 'unused-models' },
    'public.orders': {
      rows: MASTER_DATA,
      states: { status: ORDERS },
      // Times and marks of the status it has; the next move sets or takes them away.
      noState: [
        ...['channel', 'metal', 'finish'],
        ...['stage_deadline', 'promised_at', 'expected_at', 'late', 'predicted_late'],
      ],
    },
    'public.order_history': { rows: HISTORY, noState: ['from_status', 'to_status'] },
    // It waits for its move or its refusal.
    'public.order_fact': { rows: 'stuck-workflows', noState: ['kind'] },
    'public.order_refused_fact': { rows: HISTORY, noState: ['status'] },
    'public.order_delay': { rows: HISTORY, noState: ['kind', 'status', 'expected_at'] },
    'public.order_repair': {
      rows: HISTORY,
      states: { state: { asked: 'asked-repairs', done: 'rests', needless: 'rests', refused: 'rests' } },
      noState: ['kind', 'ended_at'],
    },
    'public.order_compensation': { rows: HISTORY, noState: ['step'] },
    'public.withdrawal_failure': {
      rows: { kept: 'means something only while its order is being cancelled, which has an owner' },
    },
    'public.order_workflow': { rows: HISTORY },
    'public.courier_event': { rows: HISTORY },
    'public.pricing_progress': {
      rows: { kept: 'means something only while its order is in PRICING, which has an owner' },
    },
  },
  mes: {
    'public.work_order': { rows: MASTER_DATA, states: { status: WORK_ORDERS }, noState: ['metal', 'finish'] },
    'public.withdrawn_order': { rows: HISTORY },
    'public.order_status': { rows: MASTER_DATA, states: { status: COPIES_OF_ORDERS } },
    'public.material_stock': { rows: MASTER_DATA, noState: ['metal'] },
    'public.material_delivery': { rows: HISTORY, noState: ['metal'] },
    'public.material_reservation': {
      rows: MASTER_DATA,
      states: {
        state: { RESERVED: 'reservations', CONSUMED: 'rests', RELEASED: 'rests' },
        short: { true: 'reservations', false: 'rests' },
      },
      noState: ['metal', 'ended_at'],
    },
    'public.model_analysis': { rows: HISTORY },
    'public.model_analysis_attempt': {
      rows: MASTER_DATA,
      // Held: somebody measures, or died at it.
      states: { held_until: { null: 'rests', set: 'abandoned-analyses' } },
      noState: ['crashed_at'],
    },
  },
  crm: {
    'public.order_view': {
      rows: MASTER_DATA,
      states: { status: COPIES_OF_ORDERS },
      noState: ['stage_deadline', 'promised_at', 'expected_at', 'late', 'predicted_late'],
    },
    'public.order_move': { rows: HISTORY, noState: ['to_status', 'deadline', 'promised_at'] },
    'public.order_delay': { rows: HISTORY, noState: ['status', 'expected_at'] },
    // Customers read them; nothing is sent.
    'public.customer_message': { rows: HISTORY },
  },
};

/**
 * Every table of an app's database, those of the outbox and of the Idempotency-Keys included, with the owner of what waits in
 * it. `unowned` compares it with the database itself.
 */
export const ownedTables = (app: OwningApp): Readonly<Record<string, OwnedTable>> => ({ ...IN_EACH, ...OF_APP[app] });
