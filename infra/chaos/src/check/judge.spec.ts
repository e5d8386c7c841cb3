// biome-ignore-all lint/suspicious/noAssignInExpressions: each breakage is one assignment
import { describe, expect, test } from '@jest/globals';
import type { Evidence, Written } from './evidence.ts';
import { judge } from './judge.ts';

const A = '019b8d9c-1111-7000-8000-00000000000a';
const WAY = ['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED', 'IN_MANUFACTURING', 'MANUFACTURING_COMPLETED', 'PACKED'];
const DELIVERED = [...WAY, 'SHIPPED', 'DELIVERED'];
const MES_FACTS = ['started', 'completed', 'packed', 'shipped'].map((step) => `mes.work-order-${step}`);

type Edit = (evidence: Loose) => void;
// biome-ignore lint/suspicious/noExplicitAny: each test breaks a field of it
type Loose = any;

/** Everything there is of an order that was delivered, and nothing wrong. */
function delivered(): Evidence {
  const facts: Readonly<Record<number, string>> = {
    1: 'm0',
    3: 'accept',
    4: 'start',
    5: 'complete',
    6: 'pack',
    7: 'ship',
    8: 'deliver',
  };
  const written = (id: string, type: string, seq: number, move: number | null = null): Written => ({
    ...{ id, orderId: A, type, seq, move, at: 0, delay: type === 'shop.order-delayed' ? 'late' : null },
    ...{ shard: 3, topic: type.startsWith('mes.') ? 'mes.work-orders' : 'shop.orders' },
  });
  const messages = [
    written('m0', 'shop.order-submitted', 1),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((move) => written(`m${move}`, 'shop.order-status-changed', 10 * move, move)),
    written('accept', 'shop.price-accepted', 25),
    written('deliver', 'shop.delivery-confirmed', 75),
    written('late', 'shop.order-delayed', 35, 3),
  ];
  const steps = MES_FACTS.map((type, index) =>
    written(['start', 'complete', 'pack', 'ship'][index] ?? '', type, index),
  );
  const told = [...messages.toSorted((one, other) => one.seq - other.seq), ...steps].map(({ id, topic }, offset) => ({
    ...{ id, orderId: A, topic, partition: 2, offset },
  }));
  return {
    shop: {
      orders: [{ id: A, status: 'DELIVERED', seq: 8, file: 'run-0.stl', offerUntil: 100 }],
      history: DELIVERED.map((to, seq) => ({
        ...{ orderId: A, seq, to, at: seq },
        from: DELIVERED[seq - 1] ?? null,
        causedBy: facts[seq] ?? null,
      })),
      facts: [
        { orderId: A, kind: 'price-accepted', messageId: 'accept' },
        { orderId: A, kind: 'delivered', messageId: 'deliver' },
      ],
      ...{ refused: [], messages, repairs: [] },
    },
    mes: {
      workOrders: [{ id: 'w', orderId: A, status: 'SHIPPED', claimed: true }],
      reservations: [{ orderId: A, state: 'CONSUMED' }],
      followed: [{ orderId: A, status: 'DELIVERED', seq: 8 }],
      messages: steps,
      stock: [{ metal: 'silver-925', reserved: '0', reservedByRows: '0', used: '700', usedByRows: '700' }],
    },
    crm: {
      orders: [{ orderId: A, status: 'DELIVERED', seq: 8 }],
      moves: DELIVERED.map((to, seq) => ({ orderId: A, seq, to, messageId: `m${seq}` })),
      delays: [{ orderId: A, messageId: 'late' }],
      customerMessages: [{ orderId: A, id: 'late' }],
    },
    people: {
      submissions: [{ file: 'run-0.stl', orderIds: [A] }],
      asked: [
        { orderId: A, what: 'accept' },
        { orderId: A, what: 'deliver' },
      ],
      acknowledged: [
        { orderId: A, what: 'accept' },
        { orderId: A, what: 'deliver' },
      ],
      stepsTaken: ['claim', 'start', 'complete', 'pack', 'ship'].map((step) => ({
        ...{ workOrderId: 'w', orderId: A, step, by: 'operator-1' },
      })),
      sightings: new Map([[A, ['SUBMITTED', 'PRICED', 'IN_MANUFACTURING', 'DELIVERED']]]),
      salesSightings: new Map([[A, ['PRICING', 'PACKED']]]),
      ...{ unmakeable: new Set(), complaints: [] },
    },
    doors: new Map([[A, { shop: 'DELIVERED', crm: 'DELIVERED' }]]),
    ...{ reordered: new Set(), undisturbed: true, disturbed: [], told },
    stageMs: 50,
  };
}

/** An order as it stands before the move `seq`. */
function openAt(status: string): Evidence {
  const seq = DELIVERED.indexOf(status);
  const evidence = delivered() as Loose;
  const done = ({ seq: move }: { seq: number }): boolean => move <= seq;
  evidence.shop.orders = [{ id: A, status, seq, file: 'run-0.stl', offerUntil: 100 }];
  evidence.shop.history = evidence.shop.history.filter(done);
  evidence.shop.messages = evidence.shop.messages.filter(
    ({ move, type }: Written) => type === 'shop.order-submitted' || (move ?? 99) <= seq,
  );
  evidence.shop.facts = [];
  evidence.mes = {
    ...evidence.mes,
    workOrders: [],
    reservations: [],
    messages: [],
    followed: [{ orderId: A, status, seq }],
  };
  evidence.crm = {
    ...evidence.crm,
    orders: [{ orderId: A, status, seq }],
    moves: evidence.crm.moves.filter(done),
    delays: [],
  };
  evidence.told = evidence.told.filter(({ id }: { id: string }) =>
    evidence.shop.messages.some((message: Written) => message.id === id),
  );
  evidence.doors = new Map([[A, { shop: status, crm: status }]]);
  evidence.people = {
    ...evidence.people,
    ...{ asked: [], acknowledged: [], stepsTaken: [], salesSightings: new Map() },
    sightings: new Map([[A, ['SUBMITTED']]]),
  };
  return evidence;
}

/** What is found after an edit, as `kind: words`. */
const found = (evidence: Evidence, edit: Edit = () => {}): string[] => {
  edit(evidence);
  return judge(evidence).map(({ kind, what }) => `${kind}: ${what}`);
};

test('nothing is wrong with an order that was delivered, told and made as it should', () => {
  expect(judge(delivered())).toEqual([]);
});

/** Each names its defect: an edit may well make others, too. */
const DEFECTS: readonly (readonly [name: string, edit: Edit, finds: string])[] = [
  [
    'a client was told 201 and the order is gone',
    (e) => e.people.submissions.push({ file: 'run-1.stl', orderIds: ['x'] }),
    'lost: answered 201, and the shop has no such order',
  ],
  [
    'an acceptance that was answered is not recorded',
    (e) => void e.shop.facts.shift(),
    'lost: "accept" was answered 202 and is not recorded',
  ],
  [
    'a fact is recorded and its message was never written',
    (e) => void (e.shop.facts[1].messageId = 'gone'),
    'lost: "deliver" is recorded, and its message gone was never written',
  ],
  [
    'a fact moved nothing and was not refused',
    (e) => void (e.shop.history[7].causedBy = null),
    'lost: mes.work-order-shipped ship neither moved the order nor was refused',
  ],
  [
    'a move was never told',
    (e) => void (e.shop.messages = e.shop.messages.filter(({ id }: Written) => id !== 'm4')),
    'lost: move 4 was never told',
  ],
  [
    'sales was not told of a move',
    (e) => void e.crm.moves.splice(4, 1),
    'lost: sales was never told of move 4 to IN_MANUFACTURING',
  ],
  [
    'sales sees another status',
    (e) => void (e.crm.orders[0].status = 'SHIPPED'),
    'lost: sales sees SHIPPED, the order is DELIVERED',
  ],
  ['sales knows nothing of it', (e) => void (e.crm.orders = []), 'lost: sales sees nothing, the order is DELIVERED'],
  [
    'sales was told another move',
    (e) => void (e.crm.moves[4].to = 'CANCELLED'),
    'lost: move 4 is IN_MANUFACTURING, sales was told CANCELLED',
  ],
  [
    'the board shows another status',
    (e) => void (e.mes.followed[0].seq = 7),
    'lost: the board shows DELIVERED, the order is DELIVERED',
  ],
  ['there is no work order', (e) => void (e.mes.workOrders = []), 'lost: DELIVERED without a work order'],
  [
    'the work order is open',
    (e) => void (e.mes.workOrders[0].status = 'OPEN'),
    'lost: DELIVERED, and its work order is OPEN',
  ],
  [
    'its metal was not taken off the stock',
    (e) => void (e.mes.reservations[0].state = 'RESERVED'),
    'lost: DELIVERED, and its metal is RESERVED',
  ],
  ['its metal was never reserved', (e) => void (e.mes.reservations = []), 'lost: a work order without its metal'],
  [
    'a claim that was granted is not there',
    (e) => void (e.mes.workOrders[0].claimed = false),
    'lost: "claim" was answered 200 and is not there',
  ],
  [
    'a step that was granted is not there',
    (e) => void (e.mes.messages = e.mes.messages.slice(0, 3)),
    'lost: "ship" was answered 200 and is not there',
  ],
  ['a delay was not told to sales', (e) => void (e.crm.delays = []), 'lost: sales was never told of the delay late'],
  [
    'a delay was not told to the customer',
    (e) => void (e.crm.customerMessages = []),
    'lost: the customer was never told of the delay late',
  ],
  ['a row of the history is missing', (e) => void e.shop.history.splice(3, 1), 'lost: move 3 is missing'],
  [
    'the history goes on where the order does not',
    (e) => void (e.shop.orders[0].seq = 7),
    'lost: DELIVERED (7), and its history ends with DELIVERED (8)',
  ],
  [
    'metal is used that was never booked',
    (e) => void (e.mes.stock[0].usedByRows = '800'),
    'lost: 700 mg are booked as used, 800 by the reservations',
  ],
  [
    'a message never came to its topic',
    (e) => void (e.told = e.told.filter(({ id }: { id: string }) => id !== 'late')),
    'lost: shop.order-delayed late is not on shop.orders',
  ],
  [
    'a door says something else',
    (e) => void e.doors.set(A, { shop: '404 order_not_found', crm: 'DELIVERED' }),
    'lost: the door of the shop says 404 order_not_found, it is DELIVERED',
  ],
  [
    'a client was answered what it should not be',
    (e) => void e.people.complaints.push({ order: A, what: '404' }),
    'lost: a client was answered: 404',
  ],
  [
    'its customer saw what it never was',
    (e) => void e.people.sightings.set(A, ['CANCELLED']),
    'lost: its customer saw CANCELLED, which it never was',
  ],
  [
    'it was called off and nobody had asked',
    (e) => {
      e.shop.orders[0].status = 'CANCELLED';
      Object.assign(e.shop.history[8], { to: 'CANCELLED', causedBy: null });
    },
    'lost: move 8 to CANCELLED was caused by nothing, and not by shop.cancellation-requested',
  ],
  [
    'it was rejected and could be made',
    (e) => void (e.shop.orders[0].status = 'REJECTED'),
    'lost: REJECTED, though it can be made',
  ],
  [
    'it was priced and cannot be made',
    (e) => void (e.people.unmakeable = new Set(['run-0.stl'])),
    'lost: PRICED, though it cannot be made',
  ],
  [
    'a fact in time was refused',
    (e) => void e.shop.refused.push({ orderId: A, messageId: 'accept', afterSeq: 2, at: 2 }),
    'lost: shop.price-accepted accept was refused when the order was PRICED',
  ],
  [
    'it was late and nobody was told',
    (e) => {
      for (const move of e.shop.history) if (move.seq >= 2) move.at += 50_000;
    },
    'lost: PRICING was late, and nobody was told after move 1',
  ],

  [
    'one key was answered with two orders',
    (e) => void e.people.submissions[0].orderIds.push('x'),
    `duplicate-effect: one key was answered with ${A} and x`,
  ],
  [
    'one file was ordered once and is two orders',
    (e) => void e.shop.orders.push({ ...e.shop.orders[0], id: 'x' }),
    'duplicate-effect: run-0.stl was ordered once and is 2 orders',
  ],
  [
    'one acceptance is recorded twice',
    (e) => void e.shop.facts.push({ ...e.shop.facts[0], messageId: 'again' }),
    'duplicate-effect: one "accept" is recorded 2 times',
  ],
  [
    'an acceptance is recorded and nobody asked',
    (e) => void e.people.asked.shift(),
    'duplicate-effect: "accept" is recorded, and nobody asked for it',
  ],
  [
    'one fact counted twice',
    (e) => void e.shop.refused.push({ orderId: A, messageId: 'accept' }),
    'duplicate-effect: shop.price-accepted accept counted 2 times',
  ],
  [
    'a fact was refused that nobody wrote',
    (e) => void e.shop.refused.push({ orderId: A, messageId: 'x' }),
    'duplicate-effect: x was refused, and nobody wrote it',
  ],
  [
    'one fact was written twice',
    (e) => void e.mes.messages.push({ ...e.mes.messages[0], id: 'again' }),
    'duplicate-effect: mes.work-order-started was written 2 times',
  ],
  [
    'a move came of the wrong cause',
    (e) => void (e.shop.history[4].causedBy = 'm3'),
    'duplicate-effect: move 4 to IN_MANUFACTURING was caused by shop.order-status-changed, and not by mes.work-order-started',
  ],
  [
    'a move was told twice',
    (e) => void e.shop.messages.push({ ...e.shop.messages[4], id: 'again' }),
    'duplicate-effect: move 4 was told 2 times',
  ],
  [
    'sales counts a move twice',
    (e) => void e.crm.moves.push({ ...e.crm.moves[8] }),
    'duplicate-effect: sales counts move 8 to DELIVERED 2 times',
  ],
  [
    'sales was told of a move that was never made',
    (e) => void e.crm.moves.push({ orderId: A, seq: 9, to: 'CANCELLED', messageId: 'x' }),
    'duplicate-effect: sales was told of move 9 to CANCELLED, which was never made',
  ],
  [
    'sales counts a delay twice',
    (e) => void e.crm.delays.push({ ...e.crm.delays[0] }),
    'duplicate-effect: a delay is counted twice',
  ],
  [
    'there are two work orders',
    (e) => void e.mes.workOrders.push({ ...e.mes.workOrders[0] }),
    'duplicate-effect: 2 work orders',
  ],
  [
    'a step was granted to two operators',
    (e) => void e.people.stepsTaken.push({ ...e.people.stepsTaken[0], by: 'operator-2' }),
    'duplicate-effect: "claim" was granted to operator-1 and operator-2',
  ],
  [
    'a message came twice to a topic, though nothing broke',
    (e) => void e.told.push({ ...e.told[0], offset: 99 }),
    'duplicate-effect: shop.order-submitted m0 is on shop.orders 2 times',
  ],
  [
    'a topic was told what nobody wrote',
    (e) => void e.told.push({ ...e.told[0], id: 'x', offset: 99 }),
    'duplicate-effect: x is on shop.orders, and no outbox wrote it',
  ],
  [
    'metal was taken twice',
    (e) => void (e.mes.stock[0].used = '1400'),
    'duplicate-effect: 1400 mg are booked as used, 700 by the reservations',
  ],

  [
    'its customer saw it go back',
    (e) => void e.people.sightings.set(A, ['PRICED', 'PRICING', 'DELIVERED']),
    'out-of-order: its customer saw PRICED, PRICING, DELIVERED',
  ],
  [
    'sales saw it go back',
    (e) => void e.people.salesSightings.set(A, ['PACKED', 'PRICED']),
    'out-of-order: sales saw PACKED, PRICED',
  ],
  [
    'a status was left out',
    (e) => void (e.shop.history[4].to = 'SHIPPED'),
    'out-of-order: APPROVED was followed by SHIPPED',
  ],
  [
    'a move is older than the one before',
    (e) => void (e.shop.history[4].at = 1),
    'out-of-order: move 4 is older than the one before it',
  ],
  [
    'moves were told the wrong way round',
    (e) => void (e.shop.messages[4].seq = 5),
    'out-of-order: moves were told as 0, 4, 1, 2, 3, 5, 6, 7, 8',
  ],
  [
    'sales heard of them the wrong way round',
    (e) => void e.crm.moves.reverse(),
    'out-of-order: sales heard of moves 8, 7, 6, 5, 4, 3, 2, 1, 0',
  ],
  [
    'its messages are on two shards',
    (e) => void (e.shop.messages[4].shard = 4),
    'out-of-order: its messages are on two shards',
  ],
  [
    'a topic has them on two partitions',
    (e) => void (e.told[3].partition = 4),
    'out-of-order: its messages are on two partitions of shop.orders',
  ],
  [
    'a topic was told them the wrong way round',
    (e) => void (e.told[0].offset = 5.5),
    'out-of-order: shop.orders was told shop.order-delayed late before shop.order-submitted m0',
  ],
];
test.each(DEFECTS)('%s', (_, edit, finds) => {
  expect(found(delivered(), edit)).toContain(finds);
});

test('what the fault machinery itself published in the wrong order is not held against sales', () => {
  expect(found({ ...delivered(), reordered: new Set([A]) }, (e) => e.crm.moves.reverse())).toEqual([]);
  expect(found({ ...delivered(), reordered: new Set(['another']) }, (e) => e.crm.moves.reverse())).toHaveLength(1);
});

test('after a fault a message may come again, later', () => {
  const again: Edit = (e) =>
    e.told.push(...e.told.slice(2, 5).map((one: Loose) => ({ ...one, offset: one.offset + 20 })));
  expect(found({ ...delivered(), undisturbed: false }, again)).toEqual([]);
});

test('what cannot be made may be rejected', () => {
  const evidence = delivered() as Loose;
  evidence.people.unmakeable = new Set(['run-0.stl']);
  evidence.shop.orders[0].status = 'REJECTED';
  expect(found(evidence)).not.toContain('lost: REJECTED, though it can be made');
});

describe('an order that did not end', () => {
  test.each(['SUBMITTED', 'PRICING', 'PRICED'])('is unfinished in %s', (status) => {
    expect(found(openAt(status))).toEqual([`unfinished: still ${status}, and nothing moves it`]);
  });
});

describe('an offer that ran out', () => {
  /** PRICED at 2, and CANCELLED at a moment by nobody. */
  const cancelledAt = (at: number): Evidence => {
    const evidence = openAt('PRICED') as Loose;
    const move = { orderId: A, seq: 3, from: 'PRICED', to: 'CANCELLED', causedBy: null, at };
    evidence.shop.orders = [{ id: A, status: 'CANCELLED', seq: 3, file: 'run-0.stl', offerUntil: 100 }];
    evidence.shop.history.push(move);
    return evidence;
  };
  const ofItsEnd = (defects: readonly string[]): readonly string[] =>
    defects.filter((one) => one.includes('CANCELLED was caused'));

  test('ends the order, which nobody has to ask for', () => {
    expect(ofItsEnd(found(cancelledAt(100)))).toEqual([]);
  });

  test('does so not a moment before its end', () => {
    expect(ofItsEnd(found(cancelledAt(99)))).toEqual([
      'lost: move 3 to CANCELLED was caused by nothing, and not by shop.cancellation-requested',
    ]);
  });

  test('does not when it was accepted in time', () => {
    const accepted: Edit = (e) => e.shop.facts.push({ orderId: A, kind: 'price-accepted', messageId: 'accept' });
    expect(ofItsEnd(found(cancelledAt(100), accepted))).toHaveLength(1);
  });
});

describe('how long a stage lasts', () => {
  const later =
    (seq: number, ms: number): Edit =>
    (e) => {
      for (const move of e.shop.history) if (move.seq >= seq) move.at += ms;
    };

  test('is told when it is longer than it may be', () => {
    expect(found(delivered(), later(2, 49))).toEqual([]);
    expect(found(delivered(), later(2, 50))).toEqual([
      'unfinished: PRICING took 0.1 s, 0.1 s of them while no fault was felt; it may take 0.1 s',
    ]);
  });

  test('does not count while a fault is felt', () => {
    const felt = (disturbed: Evidence['disturbed']): Evidence => ({ ...delivered(), disturbed });
    expect(found(felt([{ from: 0, to: 12 }]), later(2, 60))).toEqual([]);
    expect(found(felt([{ from: 0, to: 11 }]), later(2, 60))).toHaveLength(1);
  });

  test('begins with the end of the offer where the customer has the turn', () => {
    expect(found(delivered(), later(3, 147))).toEqual([]);
    expect(found(delivered(), later(3, 148))).toHaveLength(1);
  });

  test('is not asked where nothing was promised', () => {
    expect(found({ ...delivered(), stageMs: null }, later(2, 10_000))).toEqual([]);
  });
});
