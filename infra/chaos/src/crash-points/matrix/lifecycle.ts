import { UNMAKEABLE } from '../../clients/unmakeable.ts';
import type { Kind } from './kinds.ts';
import type { Role } from './points.ts';

/** What a failpoint must be about: the type of a message, a door or an activity, and a piece of its data as JSON. */
export interface Subject {
  readonly type: string;
  readonly holds?: string;
  /** What the matrix calls it. */
  readonly name: string;
}

/** A move of the stage contract: see `TRANSITIONS` of the order's workflow. */
export interface Made {
  readonly from: string;
  readonly to: string;
  readonly on: string;
}

/** A piece of work that a role does by itself: most are handed to it by Temporal. */
export interface Work {
  readonly role: Role;
  /** The activity; left out where it is another step's, and what will come of it is not known when it begins. */
  readonly about?: Subject;
  /** The message it writes. */
  readonly writes?: Subject;
  /** Failpoints of its own, and what they are about. */
  readonly own?: Readonly<Record<string, Subject>>;
  /** The move it commits. */
  readonly makes?: Made;
}

/** One step of an order's life: what begins it at a door, and what is done on that. */
export interface Step {
  readonly name: string;
  /** The kind of life in which an order comes to it. */
  readonly life: Kind;
  /** `writes`: null: what is asked for at the door is carried out later, and that tells of it. */
  readonly door: { readonly roles: readonly Role[]; readonly about: Subject; readonly writes: Subject | null } | null;
  readonly work: readonly Work[];
  /** What consumers do with messages that are not handled in their turn. */
  readonly setAside?: { readonly point: 'consumer.parking' | 'consumer.redriving'; readonly about: Subject };
}

const subject = (type: string, holds?: string, name = type): Subject => ({ type, name, ...(holds && { holds }) });
const leadsTo = (to: string): string => `"to":"${to}"`;

/**
 * The workflow's move of the order, told by an event.
 *
 * @param holds what tells it from other moves; where it leads to, unless said
 */
const move = (from: string, on: string, to: string, holds = leadsTo(to)): Work => ({
  role: 'shop-worker',
  about: subject('moveOrder', holds, `to ${to}`),
  writes: subject('shop.order-status-changed', holds, `to ${to}`),
  makes: { from, to, on },
});

const door = (roles: readonly Role[], route: string, event: string | null): Step['door'] => ({
  roles,
  about: subject(`POST ${route}`),
  writes: event === null ? null : subject(event),
});
const atTheShop = (route: string, event: string): Step['door'] => door(['shop-api', 'shop-partner'], route, event);
/** What an operator does with a work order, and the move that comes of it. */
const onTheBoard = (name: string, event: string, ...work: readonly Work[]): Step => ({
  ...{ name, life: 'delivered', work },
  door: door(['mes-api'], `/v1/work-orders/:id/${name}`, `mes.work-order-${event}`),
});

const calculation = (type: string): Work => ({ role: 'mes-pricing', about: subject(type) });

const delay = (kind: 'predicted' | 'late'): Work => ({
  role: 'shop-worker',
  about: subject('recordDelay', `"kind":"${kind}"`, kind),
  writes: subject('shop.order-delayed', `"kind":"${kind}"`, kind),
});

/** What the names of models hold that take long to measure. */
export const SLOW = 'slow';
/** A message that its consumer was made to fail at. */
export const REFUSED_MESSAGE = 'refused message';

/** An order's life, with the ways in which it can end early, and what can come in between. */
export const STEPS: readonly Step[] = [
  {
    name: 'submit',
    life: 'delivered',
    door: atTheShop('/v1/orders', 'shop.order-submitted'),
    work: [move('SUBMITTED', 'begun', 'PRICING')],
  },
  {
    name: 'price',
    life: 'delivered',
    door: null,
    work: [
      {
        ...calculation('analyseModel'),
        own: {
          'analysis.begun': subject('analysis'),
          'analysis.measured': subject('analysis', '"geometry":'),
          'analysis.remembered': subject('analysis', '"geometry":'),
        },
      },
      ...['priceMetal', 'priceStones', 'priceLabour'].map(calculation),
      move('PRICING', 'priced', 'PRICED'),
    ],
  },
  {
    name: 'accept',
    life: 'delivered',
    door: atTheShop('/v1/orders/:id/accept', 'shop.price-accepted'),
    work: [
      move('PRICED', 'price-accepted', 'APPROVED'),
      {
        role: 'mes-worker',
        about: subject('openWorkOrder'),
        writes: subject('mes.work-order-opened'),
        own: { 'work-order.opening': subject('openWorkOrder') },
      },
    ],
  },
  onTheBoard('claim', 'claimed'),
  onTheBoard('start', 'started', move('APPROVED', 'manufacturing-started', 'IN_MANUFACTURING')),
  onTheBoard('complete', 'completed', move('IN_MANUFACTURING', 'manufacturing-completed', 'MANUFACTURING_COMPLETED')),
  onTheBoard('pack', 'packed', move('MANUFACTURING_COMPLETED', 'packed', 'PACKED')),
  onTheBoard('ship', 'shipped', move('PACKED', 'shipped', 'SHIPPED')),
  {
    name: 'deliver',
    life: 'delivered',
    door: door(['shop-api'], '/v1/courier-events', 'shop.delivery-confirmed'),
    work: [move('SHIPPED', 'delivered', 'DELIVERED')],
  },
  {
    name: 'cancel',
    life: 'cancelled',
    door: atTheShop('/v1/orders/:id/cancel', 'shop.cancellation-requested'),
    work: [
      {
        role: 'mes-worker',
        about: subject('withdrawWorkOrder'),
        writes: subject('mes.work-order-withdrawn'),
        own: { 'work-order.withdrawing': subject('withdrawWorkOrder') },
      },
      move('APPROVED', 'cancellation-requested', 'CANCELLED', '"reason":"changed my mind"'),
    ],
  },
  {
    name: 'reject',
    life: 'rejected',
    door: null,
    work: [
      {
        role: 'mes-pricing',
        about: subject('analyseModel', UNMAKEABLE),
        own: {
          'analysis.measured': subject('analysis', '"rejected":'),
          'analysis.remembered': subject('analysis', '"rejected":'),
        },
      },
      move('PRICING', 'model-rejected', 'REJECTED'),
    ],
  },
  {
    name: 'expire',
    life: 'expired',
    door: null,
    work: [move('PRICED', 'offer-expired', 'CANCELLED', '"reason":"offer-expired"')],
  },
  {
    name: 'progress',
    life: 'slow',
    door: null,
    work: [{ role: 'mes-pricing', writes: subject('mes.pricing-progressed') }],
  },
  { name: 'delay', life: 'late', door: null, work: [delay('predicted'), delay('late')] },
  {
    name: 'refuse',
    life: 'called-off-too-late',
    door: null,
    work: [{ role: 'shop-worker', about: subject('recordRefusedFact') }],
  },
  {
    name: 'withdraw in vain',
    life: 'withdrawn-in-vain',
    door: null,
    work: [{ role: 'mes-worker', writes: subject('mes.withdrawal-failed') }],
  },
  {
    name: 'park',
    life: 'unheard',
    door: null,
    work: [],
    setAside: { point: 'consumer.parking', about: subject(REFUSED_MESSAGE) },
  },
  {
    name: 'repair',
    life: 'unheard',
    door: door(['shop-api'], '/v1/operations/orders/:id/repairs', null),
    work: [{ role: 'shop-consumer', writes: subject('shop.redrive-asked') }],
    setAside: { point: 'consumer.redriving', about: subject('shop.redrive-asked') },
  },
];

/** The messages of a step, in the order in which they are written. */
export const messagesOf = ({ door: entry, work }: Step): readonly Subject[] => [
  ...(entry?.writes ? [entry.writes] : []),
  ...work.flatMap(({ writes }) => (writes === undefined ? [] : [writes])),
];
