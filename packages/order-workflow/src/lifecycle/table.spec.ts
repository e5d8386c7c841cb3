import { ORDER_STATUSES } from '@bezel/contracts/statuses';
import { describe, expect, test } from '@jest/globals';
import { LIFECYCLE } from './stages.ts';
import { canMove, fitOf, isFinal, STATUSES, TRANSITIONS } from './table.ts';

const MAIN_LINE = ORDER_STATUSES.slice(0, ORDER_STATUSES.indexOf('DELIVERED') + 1);
const BEFORE_SHIPPED = MAIN_LINE.slice(0, MAIN_LINE.indexOf('SHIPPED'));

describe('the transition table', () => {
  test('has the statuses of the contract, in their order', () => {
    expect(STATUSES).toEqual([...ORDER_STATUSES]);
  });

  test('leads from SUBMITTED to DELIVERED one status at a time', () => {
    for (const [index, from] of MAIN_LINE.slice(0, -1).entries()) {
      expect({ from, to: MAIN_LINE[index + 1], move: canMove(from, MAIN_LINE[index + 1] ?? from) }).toMatchObject({
        move: true,
      });
      for (const skipped of MAIN_LINE.slice(index + 2)) expect(canMove(from, skipped)).toBe(false);
      for (const earlier of MAIN_LINE.slice(0, index + 1)) expect(canMove(from, earlier)).toBe(false);
    }
  });

  test('lets an order be cancelled before SHIPPED, and not after', () => {
    expect(STATUSES.filter((status) => canMove(status, 'CANCELLED'))).toEqual([...BEFORE_SHIPPED]);
  });

  test('rejects only a model that is being priced', () => {
    expect(TRANSITIONS.filter(({ to }) => to === 'REJECTED')).toEqual([
      { from: 'PRICING', to: 'REJECTED', on: 'model-rejected' },
    ]);
  });

  test('gives each status that is not final an owner and an end', () => {
    for (const status of STATUSES) {
      const { owner, final, endedBy } = LIFECYCLE[status];
      expect({ status, final, owned: owner !== null, ends: Object.keys(endedBy).length > 0 }).toEqual({
        status,
        final: isFinal(status),
        owned: !isFinal(status),
        ends: !isFinal(status),
      });
    }
    expect(STATUSES.filter(isFinal)).toEqual(['DELIVERED', 'CANCELLED', 'REJECTED']);
  });

  test('has no cycle', () => {
    const visit = (status: (typeof STATUSES)[number], path: readonly string[]): void => {
      expect(path).not.toContain(status);
      for (const next of Object.values(LIFECYCLE[status].endedBy)) visit(next, [...path, status]);
    };
    visit('SUBMITTED', []);
  });

  test('says whether a message fits now, later or never', () => {
    expect(fitOf('PRICED', 'price-accepted')).toBe('now');
    expect(fitOf('PRICING', 'price-accepted')).toBe('later');
    expect(fitOf('APPROVED', 'price-accepted')).toBe('never');
    expect(fitOf('SUBMITTED', 'delivered')).toBe('later');
    expect(fitOf('SHIPPED', 'cancellation-requested')).toBe('never');
    expect(fitOf('CANCELLED', 'shipped')).toBe('never');
  });
});
