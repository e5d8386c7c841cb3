import type { Evidence, Written } from './evidence.ts';

/** What is wrong with an order. */
export interface Defect {
  readonly kind: 'lost' | 'duplicate-effect' | 'out-of-order' | 'unfinished';
  /** The order's id; where there is none, what it is about. */
  readonly order: string;
  readonly what: string;
}

const FINAL = ['DELIVERED', 'CANCELLED', 'REJECTED'];
/** The way of an order, as docs/order-lifecycle.md tells customers of it. */
const WAY = [
  ...['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED', 'IN_MANUFACTURING', 'MANUFACTURING_COMPLETED', 'PACKED'],
  ...['SHIPPED', 'DELIVERED'],
];
/** Until when an order can be called off. */
const LAST_TO_CANCEL = WAY.indexOf('PACKED');
/** Messages that tell an order's owner what a person did: each must have moved the order, or been refused. */
const FACTS = [
  ...['shop.price-accepted', 'shop.cancellation-requested', 'shop.delivery-confirmed'],
  ...['mes.work-order-started', 'mes.work-order-completed', 'mes.work-order-packed', 'mes.work-order-shipped'],
];
const FACT_OF = { accept: 'price-accepted', cancel: 'cancellation-requested', deliver: 'delivered' } as const;
/** What a work order must have come to when its order is at rest there. */
const WORK_ORDER_AT: Readonly<Record<string, readonly string[]>> = {
  DELIVERED: ['SHIPPED'],
  CANCELLED: ['WITHDRAWN'],
};
const RESERVATION_AT: Readonly<Record<string, string>> = { DELIVERED: 'CONSUMED', CANCELLED: 'RELEASED' };

/**
 * Judges a system that has had time to come to rest. Pure: the evidence decides, and it is all from outside the apps.
 *
 * An order may end in DELIVERED, CANCELLED or REJECTED; one whose customer left may wait with its price for ever.
 */
export function judge(evidence: Evidence): readonly Defect[] {
  const defects: Defect[] = [];
  const add = (kind: Defect['kind'], order: string, what: string): void => void defects.push({ kind, order, what });
  const of = indexed();
  judgePeople(evidence, of, add);
  for (const order of evidence.shop.orders) judgeOrder(order, evidence, of, add);
  judgeStock(evidence, add);
  for (const { topic, written, told } of evidence.messages) {
    if (told === written) continue;
    add(
      told > written ? 'duplicate-effect' : 'lost',
      topic,
      `${written} messages were written, and it was told ${told}`,
    );
  }
  return defects;
}

type Of = <Row extends { readonly orderId: string }>(rows: readonly Row[], orderId: string) => readonly Row[];

/** Finds an order's rows in a table; each table is gone through once. */
function indexed(): Of {
  const tables = new Map<unknown, Map<string, readonly unknown[]>>();
  return <Row extends { readonly orderId: string }>(rows: readonly Row[], orderId: string): readonly Row[] => {
    const table = tables.get(rows) ?? Map.groupBy(rows, (row) => row.orderId);
    tables.set(rows, table);
    return (table.get(orderId) ?? []) as readonly Row[];
  };
}

type Add = (kind: Defect['kind'], order: string, what: string) => void;

function judgePeople({ people, shop }: Evidence, of: Of, add: Add): void {
  const byId = new Map(shop.orders.map((order) => [order.id, order]));
  for (const { file, orderIds } of people.submissions) {
    const [first = file] = orderIds;
    for (const id of orderIds) if (!byId.has(id)) add('lost', id, 'answered 201, and the shop has no such order');
    if (orderIds.length > 1) add('duplicate-effect', first, `one key was answered with ${orderIds.join(' and ')}`);
  }
  for (const [file, same] of Map.groupBy(shop.orders, (order) => order.file)) {
    if (same.length > 1)
      add('duplicate-effect', same[0]?.id ?? file, `${file} was ordered once and is ${same.length} orders`);
  }
  for (const { orderId, what } of people.acknowledged) {
    const facts = of(shop.facts, orderId).filter(({ kind }) => kind === FACT_OF[what]);
    if (facts.length === 0) add('lost', orderId, `"${what}" was answered 202 and is not recorded`);
    if (facts.length > 1) add('duplicate-effect', orderId, `one "${what}" is recorded ${facts.length} times`);
  }
  for (const [id, seen] of people.sightings) {
    const places = seen.map((status) => (FINAL.includes(status) ? WAY.length : WAY.indexOf(status)));
    if (places.some((place, index) => index > 0 && place <= (places[index - 1] ?? -1))) {
      add('out-of-order', id, `its customer saw ${seen.join(', ')}`);
    }
  }
  for (const { order, what } of people.complaints) add('lost', order, `a client was answered: ${what}`);
}

function judgeOrder(
  order: Evidence['shop']['orders'][number],
  { shop, mes, crm, people, reordered }: Evidence,
  rowsOf: Of,
  add: Add,
): void {
  const { id, status, seq, file } = order;
  const of = <Row extends { readonly orderId: string }>(rows: readonly Row[]): readonly Row[] => rowsOf(rows, id);
  const history = of(shop.history);
  const open = !FINAL.includes(status);
  if (open && !(status === 'PRICED' && people.abandoned.has(file))) {
    add(
      'unfinished',
      id,
      `still ${status}, ${people.abandoned.has(file) ? 'though only its price may wait' : 'and nothing moves it'}`,
    );
  }

  judgeWay(history, order, (kind, what) => add(kind, id, what));
  judgeTold(of(shop.messages), order, add);

  // Every fact moved the order once, or was refused once.
  const facts = [...of(shop.messages), ...of(mes.messages)].filter(({ type }) => FACTS.includes(type));
  for (const { id: messageId, type } of facts) {
    const moved = history.filter(({ causedBy }) => causedBy === messageId).length;
    const refused = of(shop.refused).filter((fact) => fact.messageId === messageId).length;
    if (moved + refused === 0 && !open) add('lost', id, `${type} ${messageId} neither moved the order nor was refused`);
    if (moved + refused > 1) add('duplicate-effect', id, `${type} ${messageId} counted ${moved + refused} times`);
  }
  for (const [type, same] of Map.groupBy(facts, (fact) => fact.type)) {
    if (same.length > 1) add('duplicate-effect', id, `${type} was written ${same.length} times`);
  }

  // The workshop: one work order from APPROVED on, and what it came to.
  const approved = history.some(({ to }) => to === 'APPROVED');
  const workOrders = of(mes.workOrders);
  if (workOrders.length > 1) add('duplicate-effect', id, `${workOrders.length} work orders`);
  const [workOrder] = workOrders;
  if (approved && workOrder === undefined && status !== 'CANCELLED') add('lost', id, `${status} without a work order`);
  const wanted = WORK_ORDER_AT[status];
  if (workOrder !== undefined && wanted !== undefined && !wanted.includes(workOrder.status)) {
    add('lost', id, `${status}, and its work order is ${workOrder.status}`);
  }
  const [reservation] = of(mes.reservations);
  if (workOrder !== undefined && reservation === undefined) add('lost', id, 'a work order without its metal');
  const state = RESERVATION_AT[status];
  if (reservation !== undefined && state !== undefined && reservation.state !== state) {
    add('lost', id, `${status}, and its metal is ${reservation.state}`);
  }
  const [followed] = of(mes.followed);
  if (seq > 0 && (followed?.status !== status || followed.seq !== seq)) {
    add('lost', id, `the board shows ${followed?.status ?? 'nothing'}, the order is ${status}`);
  }

  // Sales: the same status, every move once, in order.
  const seen = of(crm.orders)[0];
  if (seen?.status !== status || seen.seq !== seq) {
    add('lost', id, `sales sees ${seen?.status ?? 'nothing'}, the order is ${status}`);
  }
  const moves = of(crm.moves);
  for (const { seq: move, to } of history) {
    const told = moves.filter((one) => one.seq === move);
    if (told.length === 0) add('lost', id, `sales was never told of move ${move} to ${to}`);
    if (told.length > 1) add('duplicate-effect', id, `sales counts move ${move} to ${to} ${told.length} times`);
    if (told.some((one) => one.to !== to)) add('lost', id, `move ${move} is ${to}, sales was told ${told[0]?.to}`);
  }
  if (!reordered && moves.some((move, index) => index > 0 && move.seq < (moves[index - 1]?.seq ?? -1))) {
    add('out-of-order', id, `sales heard of moves ${moves.map((move) => move.seq).join(', ')}`);
  }
  const delays = of(crm.delays).map(({ messageId }) => messageId);
  const messages = of(crm.customerMessages).map(({ id: messageId }) => messageId);
  if (new Set(delays).size < delays.length) add('duplicate-effect', id, 'a delay is counted twice');
  for (const { id: messageId } of of(shop.messages).filter(({ type }) => type === 'shop.order-delayed')) {
    if (!delays.includes(messageId)) add('lost', id, `sales was never told of the delay ${messageId}`);
    if (!messages.includes(messageId)) add('lost', id, `the customer was never told of the delay ${messageId}`);
  }

  // The doors say what the databases have.
  const doors = people.doors.get(id);
  for (const door of ['shop', 'crm'] as const) {
    if (doors !== undefined && doors[door] !== status)
      add('lost', id, `the door of the ${door} says ${doors[door]}, it is ${status}`);
  }
}

/** From SUBMITTED on, one step after the other, and the row at its end. */
function judgeWay(
  history: Evidence['shop']['history'],
  { status, seq }: Evidence['shop']['orders'][number],
  add: (kind: Defect['kind'], what: string) => void,
): void {
  const [first] = history;
  const last = history.at(-1);
  if (first?.seq !== 0 || first.to !== 'SUBMITTED') add('lost', 'its history does not begin');
  if (last?.seq !== seq || last.to !== status)
    add('lost', `${status} (${seq}), and its history ends with ${last?.to} (${last?.seq})`);
  for (const [index, move] of history.entries()) {
    const before = history[index - 1];
    if (before === undefined) continue;
    if (move.seq !== before.seq + 1) add('lost', `move ${before.seq + 1} is missing`);
    if (move.from !== before.to || !mayFollow(before.to, move.to))
      add('out-of-order', `${before.to} was followed by ${move.to}`);
    if (move.at < before.at) add('out-of-order', `move ${move.seq} is older than the one before it`);
  }
}

function mayFollow(from: string, to: string): boolean {
  const place = WAY.indexOf(from);
  if (to === 'CANCELLED') return place >= 0 && place <= LAST_TO_CANCEL;
  if (to === 'REJECTED') return from === 'PRICING';
  return WAY.indexOf(to) === place + 1;
}

/** Every move was told once, in the order of the moves, on one shard. */
function judgeTold(messages: readonly Written[], { id, seq }: Evidence['shop']['orders'][number], add: Add): void {
  const told = messages
    .filter(({ type }) => type === 'shop.order-submitted' || type === 'shop.order-status-changed')
    .toSorted((one, other) => one.seq - other.seq)
    .map(({ move }) => move ?? 0);
  for (let move = 0; move <= seq; move += 1) {
    const times = told.filter((one) => one === move).length;
    if (times === 0) add('lost', id, `move ${move} was never told`);
    if (times > 1) add('duplicate-effect', id, `move ${move} was told ${times} times`);
  }
  if (told.some((move, index) => index > 0 && move < (told[index - 1] ?? -1))) {
    add('out-of-order', id, `moves were told as ${told.join(', ')}`);
  }
  if (new Set(messages.map(({ shard }) => shard)).size > 1) add('out-of-order', id, 'its messages are on two shards');
}

function judgeStock({ mes }: Evidence, add: Add): void {
  for (const { metal, reserved, reservedByRows, used, usedByRows } of mes.stock) {
    const wrong = (booked: string, rows: string, what: string): void => {
      if (booked === rows) return;
      const kind = BigInt(booked) > BigInt(rows) ? 'duplicate-effect' : 'lost';
      add(kind, metal, `${booked} mg are booked as ${what}, ${rows} by the reservations`);
    };
    wrong(reserved, reservedByRows, 'reserved');
    wrong(used, usedByRows, 'used');
  }
}
