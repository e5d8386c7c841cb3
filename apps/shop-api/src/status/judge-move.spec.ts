import type { OrderMove } from '@bezel/order-workflow';
import { describe, expect, test } from '@jest/globals';
import { judgeMove, type MoveMade } from './judge-move.ts';

const offer: NonNullable<OrderMove['offer']> = {
  offerId: '019a0000-0000-7000-8000-00000000000f',
  total: { amountMinor: '100', currency: 'EUR' },
  parts: [{ kind: 'metal', label: 'gold', amount: { amountMinor: '100', currency: 'EUR' } }],
  massMg: 1,
  boundingBoxUm: [1, 2, 3],
  expiresAt: '2026-11-21T10:00:00.000Z',
};

const move: OrderMove = {
  orderId: '019a0000-0000-7000-8000-000000000001',
  seq: 2,
  from: 'PRICING',
  to: 'PRICED',
  offer,
};
const made: MoveMade = {
  from: 'PRICING',
  to: 'PRICED',
  reason: null,
  causedBy: null,
  // The order of members says nothing.
  offer: Object.fromEntries(Object.entries(offer).reverse()) as typeof offer,
};

describe('a move', () => {
  test('that is the next one is made', () => {
    expect(judgeMove({ status: 'PRICING', seq: 1 }, move, undefined)).toEqual({ kind: 'make' });
  });

  test.each([2, 3, 9])('that was made before is done, however far the order is: %i', (seq) => {
    expect(judgeMove({ status: 'PRICED', seq }, move, made)).toEqual({ kind: 'made before' });
  });

  test.each<[string, Partial<MoveMade>]>([
    ['status', { to: 'REJECTED' }],
    ['reason', { reason: 'x' }],
    ['cause', { causedBy: 'x' }],
    ['offer', { offer: null }],
  ])('that was made before with another %s is impossible', (_, other) => {
    expect(judgeMove({ status: 'PRICED', seq: 2 }, move, { ...made, ...other }).kind).toBe('impossible');
  });

  test.each<[string, Parameters<typeof judgeMove>[0]]>([
    ['leaves a hole', { status: 'PRICING', seq: 0 }],
    ['starts elsewhere', { status: 'SUBMITTED', seq: 1 }],
    ['is behind, and not in the history', { status: 'APPROVED', seq: 3 }],
  ])('that %s is impossible', (_, order) => {
    expect(judgeMove(order, move, undefined).kind).toBe('impossible');
  });
});
