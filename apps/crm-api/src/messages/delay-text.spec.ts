import { ORDER_STATUSES } from '@bezel/contracts';
import { describe, expect, test } from '@jest/globals';
import { textOf } from './delay-text.ts';

const order = { orderNumber: 'B-2026-000007', deadline: '2026-12-05T10:00:00.000Z' } as const;

describe('a customer is told', () => {
  test('what takes long, and when delivery is expected', () => {
    expect(textOf({ ...order, kind: 'late', status: 'PACKED', expectedAt: '2026-12-07T23:59:59.000Z' })).toBe(
      'Handing your order B-2026-000007 to the courier is taking longer than we planned. ' +
        'We now expect to deliver it by 7 December 2026. We are sorry for the delay.',
    );
  });

  test('that nobody can say when, while there is no price', () => {
    expect(textOf({ ...order, kind: 'late', status: 'PRICING', expectedAt: null })).toBe(
      'Working out the price of your order B-2026-000007 is taking longer than we planned. ' +
        'We cannot say yet when it will be done. We are sorry for the delay.',
    );
  });

  test('early, that a promise will be broken: what was promised and what is expected', () => {
    expect(textOf({ ...order, kind: 'predicted', status: 'APPROVED', expectedAt: '2026-12-07T00:00:00.000Z' })).toBe(
      'Your order B-2026-000007 will probably arrive after 5 December 2026, the time we promised. ' +
        'We now expect to deliver it by 7 December 2026. We are sorry for the delay.',
    );
  });

  test('the hours too, when promise and expectation are of one day', () => {
    expect(textOf({ ...order, kind: 'predicted', status: 'SHIPPED', expectedAt: '2026-12-05T18:30:00.000Z' })).toBe(
      'Your order B-2026-000007 will probably arrive after 5 December 2026, 10:00 UTC, the time we promised. ' +
        'We now expect to deliver it by 5 December 2026, 18:30 UTC. We are sorry for the delay.',
    );
  });

  test.each(ORDER_STATUSES)('in words, never with the name of a status: %s', (status) => {
    const text = textOf({ ...order, kind: 'late', status, expectedAt: null });
    expect(text).toMatch(/^[A-Z][a-z][\w\s-]* your order B-2026-000007 /);
    expect(text).not.toMatch(/undefined|[A-Z]{2}|_/);
  });
});
