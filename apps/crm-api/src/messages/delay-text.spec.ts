import { ORDER_STATUSES } from '@bezel/contracts';
import { describe, expect, test } from '@jest/globals';
import { textOf } from './delay-text.ts';

const order = { orderNumber: 'B-2026-000007', promisedAt: '2026-12-05T10:00:00.000Z' } as const;

describe('a customer is told', () => {
  test('what takes long, what was promised and what is expected', () => {
    expect(textOf({ ...order, kind: 'late', status: 'PACKED', expectedAt: '2026-12-07T23:59:59.000Z' })).toBe(
      'Handing your order B-2026-000007 to the courier is taking longer than we planned. ' +
        'We promised it for 5 December 2026 and now expect to deliver it by 7 December 2026. We are sorry for the delay.',
    );
  });

  test('early, that something will take long', () => {
    expect(textOf({ ...order, kind: 'predicted', status: 'APPROVED', expectedAt: '2026-12-07T00:00:00.000Z' })).toBe(
      'Finding a place in the workshop for your order B-2026-000007 will probably take longer than we planned. ' +
        'We promised it for 5 December 2026 and now expect to deliver it by 7 December 2026. We are sorry for the delay.',
    );
  });

  test.each(['2026-12-03T00:00:00.000Z', '2026-12-05T10:00:00Z'])('that the promise stands: %s', (expectedAt) => {
    expect(textOf({ ...order, kind: 'late', status: 'IN_MANUFACTURING', expectedAt })).toBe(
      'Making your order B-2026-000007 is taking longer than we planned. ' +
        'We still expect to deliver it by 5 December 2026, as promised. We are sorry for the delay.',
    );
  });

  test('that nobody can say when, while there is no price', () => {
    expect(textOf({ ...order, kind: 'late', status: 'PRICING', promisedAt: null, expectedAt: null })).toBe(
      'Working out the price of your order B-2026-000007 is taking longer than we planned. ' +
        'We cannot say yet when it will be done. We are sorry for the delay.',
    );
  });

  test('what is expected, where nothing was promised', () => {
    expect(
      textOf({ ...order, kind: 'late', status: 'SHIPPED', promisedAt: null, expectedAt: '2026-12-07T00:00:00.000Z' }),
    ).toContain('. We now expect to deliver it by 7 December 2026. We are sorry');
  });

  test('the hours too, when promise and expectation are of one day', () => {
    expect(textOf({ ...order, kind: 'late', status: 'SHIPPED', expectedAt: '2026-12-05T18:30:00.000Z' })).toContain(
      'We promised it for 5 December 2026, 10:00 UTC and now expect to deliver it by 5 December 2026, 18:30 UTC. ',
    );
  });

  test.each(ORDER_STATUSES)('in words, never with the name of a status: %s', (status) => {
    const text = textOf({ ...order, kind: 'late', status, expectedAt: null });
    expect(text).toMatch(/^[A-Z][a-z][\w\s-]* your order B-2026-000007 /);
    expect(text).not.toMatch(/undefined|[A-Z]{2}|_/);
  });
});
