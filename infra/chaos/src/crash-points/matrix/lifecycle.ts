import type { Role } from './points.ts';

/** What a failpoint must be about: the type of a message, a door or an activity, and a piece of its data as JSON. */
export interface Subject {
  readonly type: string;
  readonly holds?: string;
  /** What the matrix calls it. */
  readonly name: string;
}

/** A piece of work that Temporal hands to a worker. */
export interface Work {
  readonly role: Role;
  readonly about: Subject;
  /** The message it writes. */
  readonly writes?: Subject;
  /** Failpoints of its own, and what they are about. */
  readonly own?: Readonly<Record<string, Subject>>;
}

/** One step of an order's life: what begins it at a door, and what is done on that. */
export interface Step {
  readonly name: string;
  readonly door: { readonly roles: readonly Role[]; readonly about: Subject; readonly writes: Subject } | null;
  readonly work: readonly Work[];
}

const subject = (type: string, holds?: string, name = type): Subject => ({ type, name, ...(holds && { holds }) });
const leadsTo = (to: string): string => `"to":"${to}"`;

/** The workflow's move of the order, told by an event. */
const move = (to: string): Work => ({
  role: 'shop-worker',
  about: subject('moveOrder', leadsTo(to), `to ${to}`),
  writes: subject('shop.order-status-changed', leadsTo(to), `to ${to}`),
});

const door = (roles: readonly Role[], route: string, event: string): Step['door'] => ({
  roles,
  about: subject(`POST ${route}`),
  writes: subject(event),
});
const atTheShop = (route: string, event: string): Step['door'] => door(['shop-api', 'shop-partner'], route, event);
const atTheBoard = (step: string, event: string): Step['door'] =>
  door(['mes-api'], `/v1/work-orders/:id/${step}`, `mes.work-order-${event}`);

const calculation = (type: string): Work => ({ role: 'mes-pricing', about: subject(type) });
/** What the names of models hold that cannot be made. */
export const UNMAKEABLE = 'unmakeable';

/** An order's life, with both ways in which it can end early. */
export const LIFECYCLE: readonly Step[] = [
  { name: 'submit', door: atTheShop('/v1/orders', 'shop.order-submitted'), work: [move('PRICING')] },
  {
    name: 'price',
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
      move('PRICED'),
    ],
  },
  {
    name: 'accept',
    door: atTheShop('/v1/orders/:id/accept', 'shop.price-accepted'),
    work: [
      move('APPROVED'),
      {
        role: 'mes-worker',
        about: subject('openWorkOrder'),
        writes: subject('mes.work-order-opened'),
        own: { 'work-order.opening': subject('openWorkOrder') },
      },
    ],
  },
  { name: 'claim', door: atTheBoard('claim', 'claimed'), work: [] },
  { name: 'start', door: atTheBoard('start', 'started'), work: [move('IN_MANUFACTURING')] },
  { name: 'complete', door: atTheBoard('complete', 'completed'), work: [move('MANUFACTURING_COMPLETED')] },
  { name: 'pack', door: atTheBoard('pack', 'packed'), work: [move('PACKED')] },
  { name: 'ship', door: atTheBoard('ship', 'shipped'), work: [move('SHIPPED')] },
  {
    name: 'deliver',
    door: door(['shop-api'], '/v1/courier-events', 'shop.delivery-confirmed'),
    work: [move('DELIVERED')],
  },
  {
    name: 'cancel',
    door: atTheShop('/v1/orders/:id/cancel', 'shop.cancellation-requested'),
    work: [
      {
        role: 'mes-worker',
        about: subject('withdrawWorkOrder'),
        writes: subject('mes.work-order-withdrawn'),
        own: { 'work-order.withdrawing': subject('withdrawWorkOrder') },
      },
      move('CANCELLED'),
    ],
  },
  {
    name: 'reject',
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
      move('REJECTED'),
    ],
  },
];

/** The messages of a step, in the order in which they are written. */
export const messagesOf = ({ door: entry, work }: Step): readonly Subject[] => [
  ...(entry === null ? [] : [entry.writes]),
  ...work.flatMap(({ writes }) => (writes === undefined ? [] : [writes])),
];
