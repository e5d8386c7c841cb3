import { describe, expect, test } from '@jest/globals';
import type { Account } from '../account.ts';
import { judgeRefusals } from './refusals.ts';

const ORDER = '019b8d9c-1111-7000-8000-00000000000a';
const WAY = ['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED', 'IN_MANUFACTURING', 'MANUFACTURING_COMPLETED', 'PACKED'];
const DELIVERED = [...WAY, 'SHIPPED', 'DELIVERED'];
/** The parcel leaves at 70, and the order is SHIPPED a little later. */
const LEFT_AT = 70;

const message = (id: string, type: string, at: number) => ({
  ...{ id, orderId: ORDER, type, at, topic: 'any', shard: 0, seq: at, move: null, delay: null },
});

/** What is found when an order refused a fact after a move, at a moment. */
function refused(
  type: string,
  afterSeq: number,
  at = afterSeq * 10,
  statuses: readonly string[] = DELIVERED,
): string[] {
  const found: string[] = [];
  const account = {
    shop: {
      history: statuses.map((to, seq) => ({
        ...{ orderId: ORDER, seq, to, from: statuses[seq - 1] ?? null, causedBy: null, at: seq * 10 + 5 },
      })),
      refused: [{ orderId: ORDER, messageId: 'fact', afterSeq, at }],
      ...{ facts: [], messages: [], repairs: [] },
    },
    mes: {
      ...{ workOrders: [], reservations: [], followed: [] },
      messages: [message('fact', type, 1), message('ship', 'mes.work-order-shipped', LEFT_AT)],
    },
  };
  judgeRefusals(account satisfies Pick<Account, 'shop' | 'mes'>, (kind, what) => void found.push(`${kind}: ${what}`));
  return found;
}

const told = (type: string, was: string): string[] => [`lost: ${type} fact was refused when the order was ${was}`];

describe('a cancellation', () => {
  const type = 'shop.cancellation-requested';

  test('is not refused while the order can be called off', () => {
    expect(refused(type, 2)).toEqual(told(type, 'PRICED'));
    expect(refused(type, 6, LEFT_AT - 1)).toEqual(told(type, 'PACKED'));
  });

  test('may be refused once the parcel has left, also when the order does not know it yet', () => {
    expect(refused(type, 6, LEFT_AT)).toEqual([]);
    expect(refused(type, 7)).toEqual([]);
  });

  test('may be refused by an order that has ended', () => {
    expect(refused(type, 3, 30, ['SUBMITTED', 'PRICING', 'PRICED', 'CANCELLED'])).toEqual([]);
  });
});

describe('another fact', () => {
  test('is not refused before the status it leads to', () => {
    expect(refused('shop.price-accepted', 2)).toEqual(told('shop.price-accepted', 'PRICED'));
    expect(refused('mes.work-order-packed', 3)).toEqual(told('mes.work-order-packed', 'APPROVED'));
    expect(refused('shop.delivery-confirmed', 7)).toEqual(told('shop.delivery-confirmed', 'SHIPPED'));
  });

  test('may be refused from there on', () => {
    expect(refused('shop.price-accepted', 3)).toEqual([]);
    expect(refused('mes.work-order-packed', 8)).toEqual([]);
  });

  test('may be refused by an order that was called off', () => {
    const calledOff = ['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED', 'CANCELLED'];
    expect(refused('mes.work-order-started', 4, 40, calledOff)).toEqual([]);
  });

  test('is not refused after a move that was never made', () => {
    expect(refused('shop.price-accepted', 12)).toEqual(told('shop.price-accepted', 'nothing'));
  });
});

test('of a message that leads to no status nothing is said here', () => {
  expect(refused('shop.order-delayed', 2)).toEqual([]);
});
