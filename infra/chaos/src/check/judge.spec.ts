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
    3: 'accept',
    4: 'start',
    5: 'complete',
    6: 'pack',
    7: 'ship',
    8: 'deliver',
  };
  const written = (id: string, type: string, seq: number, move: number | null = null): Written => ({
    ...{ id, orderId: A, type, seq, move },
    shard: 3,
  });
  return {
    shop: {
      orders: [{ id: A, status: 'DELIVERED', seq: 8, file: 'run-0.stl' }],
      history: DELIVERED.map((to, seq) => ({
        ...{ orderId: A, seq, to, at: seq },
        from: DELIVERED[seq - 1] ?? null,
        causedBy: facts[seq] ?? null,
      })),
      facts: [
        { orderId: A, kind: 'price-accepted', messageId: 'accept' },
        { orderId: A, kind: 'delivered', messageId: 'deliver' },
      ],
      refused: [],
      messages: [
        written('m0', 'shop.order-submitted', 1),
        ...[1, 2, 3, 4, 5, 6, 7, 8].map((move) => written(`m${move}`, 'shop.order-status-changed', 10 * move, move)),
        written('accept', 'shop.price-accepted', 25),
        written('deliver', 'shop.delivery-confirmed', 75),
        written('late', 'shop.order-delayed', 35),
      ],
    },
    mes: {
      workOrders: [{ id: 'w', orderId: A, status: 'SHIPPED' }],
      reservations: [{ orderId: A, state: 'CONSUMED' }],
      followed: [{ orderId: A, status: 'DELIVERED', seq: 8 }],
      messages: MES_FACTS.map((type, index) =>
        written(['start', 'complete', 'pack', 'ship'][index] ?? '', type, index),
      ),
      stock: [{ metal: 'silver-925', reserved: '0', reservedByRows: '0', used: '700', usedByRows: '700' }],
    },
    crm: {
      orders: [{ orderId: A, status: 'DELIVERED', seq: 8 }],
      moves: DELIVERED.map((to, seq) => ({ position: seq, orderId: A, seq, to, messageId: `m${seq}` })),
      delays: [{ orderId: A, messageId: 'late' }],
      customerMessages: [{ orderId: A, id: 'late' }],
    },
    people: {
      submissions: [{ file: 'run-0.stl', orderIds: [A] }],
      acknowledged: [
        { orderId: A, what: 'accept' },
        { orderId: A, what: 'deliver' },
      ],
      sightings: new Map([[A, ['SUBMITTED', 'PRICED', 'IN_MANUFACTURING', 'DELIVERED']]]),
      doors: new Map([[A, { shop: 'DELIVERED', crm: 'DELIVERED' }]]),
      abandoned: new Set(),
      complaints: [],
    },
    reordered: false,
    messages: [{ topic: 'shop.orders', written: 12, told: 12 }],
  };
}

/** An order as it stands before the move `seq`. */
function openAt(status: string): Evidence {
  const seq = DELIVERED.indexOf(status);
  const evidence = delivered() as Loose;
  const done = ({ seq: move }: { seq: number }): boolean => move <= seq;
  evidence.shop.orders = [{ id: A, status, seq, file: 'run-0.stl' }];
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
  evidence.people = {
    ...evidence.people,
    acknowledged: [],
    sightings: new Map([[A, ['SUBMITTED']]]),
    doors: new Map([[A, { shop: status, crm: status }]]),
  };
  return evidence;
}

const kindsFound = (evidence: Evidence, edit: Edit = () => {}): string[] => {
  edit(evidence);
  return [...new Set(judge(evidence).map(({ kind }) => kind))].toSorted();
};

test('nothing is wrong with an order that was delivered, told and made as it should', () => {
  expect(judge(delivered())).toEqual([]);
});

test.each<[string, Edit]>([
  [
    'a client was told 201 and the order is gone',
    (e) => e.people.submissions.push({ file: 'run-1.stl', orderIds: ['x'] }),
  ],
  ['an acceptance that was answered is not recorded', (e) => void e.shop.facts.shift()],
  ['a fact moved nothing and was not refused', (e) => void (e.shop.history[7].causedBy = null)],
  ['a move was never told', (e) => void (e.shop.messages = e.shop.messages.filter(({ id }: Written) => id !== 'm4'))],
  ['sales was not told of a move', (e) => void e.crm.moves.splice(4, 1)],
  ['sales sees another status', (e) => void (e.crm.orders[0].status = 'SHIPPED')],
  ['sales knows nothing of it', (e) => void (e.crm.orders = [])],
  ['sales was told another move', (e) => void (e.crm.moves[4].to = 'CANCELLED')],
  ['the board shows another status', (e) => void (e.mes.followed[0].seq = 7)],
  ['there is no work order', (e) => void (e.mes.workOrders = [])],
  ['the work order is open', (e) => void (e.mes.workOrders[0].status = 'OPEN')],
  ['its metal was not taken off the stock', (e) => void (e.mes.reservations[0].state = 'RESERVED')],
  ['its metal was never reserved', (e) => void (e.mes.reservations = [])],
  ['a delay was not told to sales', (e) => void (e.crm.delays = [])],
  ['a delay was not told to the customer', (e) => void (e.crm.customerMessages = [])],
  ['a row of the history is missing', (e) => void e.shop.history.splice(3, 1)],
  ['the history goes on where the order does not', (e) => void (e.shop.orders[0].seq = 7)],
  ['metal is used that was never booked', (e) => void (e.mes.stock[0].usedByRows = '800')],
  ['a message never came to its topic', (e) => void (e.messages[0].told = 11)],
  ['a door says something else', (e) => void e.people.doors.set(A, { shop: '404 order_not_found', crm: 'DELIVERED' })],
  ['a client was answered what it should not be', (e) => void e.people.complaints.push({ order: A, what: '404' })],
])('lost: %s', (_, edit) => {
  expect(kindsFound(delivered(), edit)).toContain('lost');
});

test.each<[string, Edit]>([
  ['one key was answered with two orders', (e) => void e.people.submissions[0].orderIds.push('x')],
  ['one file was ordered once and is two orders', (e) => void e.shop.orders.push({ ...e.shop.orders[0], id: 'x' })],
  ['one acceptance is recorded twice', (e) => void e.shop.facts.push({ ...e.shop.facts[0], messageId: 'again' })],
  ['one fact counted twice', (e) => void e.shop.refused.push({ orderId: A, messageId: 'accept' })],
  ['one fact was written twice', (e) => void e.mes.messages.push({ ...e.mes.messages[0], id: 'again' })],
  ['a move was told twice', (e) => void e.shop.messages.push({ ...e.shop.messages[4], id: 'again' })],
  ['sales counts a move twice', (e) => void e.crm.moves.push({ ...e.crm.moves[8] })],
  ['sales counts a delay twice', (e) => void e.crm.delays.push({ ...e.crm.delays[0] })],
  ['there are two work orders', (e) => void e.mes.workOrders.push({ ...e.mes.workOrders[0] })],
  ['messages came twice to a topic, though nothing broke', (e) => void (e.messages[0].told = 14)],
  ['metal was taken twice', (e) => void (e.mes.stock[0].used = '1400')],
])('doubled: %s', (_, edit) => {
  expect(kindsFound(delivered(), edit)).toContain('duplicate-effect');
});

test.each<[string, Edit]>([
  ['its customer saw it go back', (e) => void e.people.sightings.set(A, ['PRICED', 'PRICING', 'DELIVERED'])],
  ['a status was left out', (e) => void (e.shop.history[4].to = 'SHIPPED')],
  ['a move is older than the one before', (e) => void (e.shop.history[4].at = 1)],
  ['moves were told the wrong way round', (e) => void (e.shop.messages[4].seq = 5)],
  ['sales heard of them the wrong way round', (e) => void e.crm.moves.reverse()],
  ['its messages are on two shards', (e) => void (e.shop.messages[4].shard = 4)],
])('out of order: %s', (_, edit) => {
  expect(kindsFound(delivered(), edit)).toContain('out-of-order');
});

test('what the fault machinery itself published in the wrong order is not held against sales', () => {
  expect(kindsFound({ ...delivered(), reordered: true }, (e) => e.crm.moves.reverse())).toEqual([]);
});

describe('an order that did not end', () => {
  test.each(['SUBMITTED', 'PRICING', 'PRICED'])('is unfinished in %s', (status) => {
    expect(kindsFound(openAt(status))).toEqual(['unfinished']);
  });

  test('may wait with its price when its customer left, and nowhere else', () => {
    const left = (evidence: Evidence): Evidence => ({
      ...evidence,
      people: { ...evidence.people, abandoned: new Set(['run-0.stl']) },
    });
    expect(kindsFound(left(openAt('PRICED')))).toEqual([]);
    expect(kindsFound(left(openAt('PRICING')))).toEqual(['unfinished']);
  });
});
