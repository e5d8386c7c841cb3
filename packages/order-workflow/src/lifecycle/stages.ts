import type { OrderStatus } from '@bezel/contracts';
import type { Lifecycle } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The stage contract: the one place that says which statuses and moves exist, whose turn it is, how long it may take, who
 * is told when it takes longer, and who looks for what was forgotten. The workflow, the ledger and the board read it; the
 * databases' constraints, the API's statuses, the pages in `docs/` and the alert rules are written from it by
 * `npm run generate`, and tests compare them.
 *
 * A status or a move may be taken away only when no order, and no workflow of an older version, can still use it.
 *
 * `CANCELLED` is entered only after what was opened has been withdrawn (see `advance`).
 */
export const LIFECYCLE: Lifecycle<OrderStatus> = {
  SUBMITTED: {
    meaning: 'We have the order and its model. Nothing has been done with it yet.',
    owner: 'workflow',
    final: false,
    endedBy: { begun: 'PRICING', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: MINUTE, typicalMs: SECOND, tells: ['operators'] },
    sweeper: 'unstarted-orders',
  },
  PRICING: {
    meaning: 'The model is being measured and the price calculated.',
    owner: 'pricing',
    final: false,
    endedBy: { priced: 'PRICED', 'model-rejected': 'REJECTED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: 15 * MINUTE, typicalMs: 30 * SECOND, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  PRICED: {
    meaning: 'The order has an offer with a price, open until the time it names.',
    owner: 'customer',
    final: false,
    endedBy: { 'price-accepted': 'APPROVED', 'offer-expired': 'CANCELLED', 'cancellation-requested': 'CANCELLED' },
    sla: null,
    sweeper: 'unexpired-offers',
  },
  APPROVED: {
    meaning: 'The price was accepted. The piece waits for a goldsmith to begin.',
    owner: 'operators',
    final: false,
    endedBy: { 'manufacturing-started': 'IN_MANUFACTURING', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: 2 * DAY, typicalMs: DAY, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  IN_MANUFACTURING: {
    meaning: 'The piece is being made.',
    owner: 'operators',
    final: false,
    endedBy: { 'manufacturing-completed': 'MANUFACTURING_COMPLETED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: 5 * DAY, typicalMs: 3 * DAY, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  MANUFACTURING_COMPLETED: {
    meaning: 'The piece is made and waits to be packed.',
    owner: 'operators',
    final: false,
    endedBy: { packed: 'PACKED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: DAY, typicalMs: 4 * HOUR, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  PACKED: {
    meaning: 'The parcel is packed and waits for the courier.',
    owner: 'operators',
    final: false,
    endedBy: { shipped: 'SHIPPED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: DAY, typicalMs: 4 * HOUR, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  SHIPPED: {
    meaning: 'The parcel is with the courier. The order cannot be cancelled any more.',
    owner: 'courier',
    final: false,
    endedBy: { delivered: 'DELIVERED' },
    sla: { withinMs: 5 * DAY, typicalMs: 2 * DAY, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  DELIVERED: {
    meaning: 'The courier has handed the parcel over.',
    owner: null,
    final: true,
    endedBy: {},
    sla: null,
    sweeper: null,
  },
  CANCELLED: {
    meaning: 'The order has ended without a delivery. `reason` says why.',
    owner: null,
    final: true,
    endedBy: {},
    sla: null,
    sweeper: null,
  },
  REJECTED: {
    meaning: 'The model cannot be made. `reason` says what is wrong with it.',
    owner: null,
    final: true,
    endedBy: {},
    sla: null,
    sweeper: null,
  },
};
