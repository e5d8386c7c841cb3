import { WORK_ORDER_STATUSES } from '@bezel/contracts';
import { describe, expect, test } from '@jest/globals';
import { refusalOf, STEP_NAMES, STEPS } from './steps.ts';

const workOrder = (status: (typeof WORK_ORDER_STATUSES)[number], claimed_by: string | null) => ({
  id: '0192f0c1-0000-7000-8000-000000000001',
  status,
  claimed_by,
});
const ada = { sub: 'ada', admin: false };
const ben = { sub: 'ben', admin: false };
const admin = { sub: 'root', admin: true };

describe('the steps', () => {
  test('lead from OPEN to SHIPPED without a fork', () => {
    const path = STEP_NAMES.map((step) => [STEPS[step].from, STEPS[step].to]);
    expect(path).toEqual([
      ['OPEN', 'CLAIMED'],
      ['CLAIMED', 'STARTED'],
      ['STARTED', 'COMPLETED'],
      ['COMPLETED', 'PACKED'],
      ['PACKED', 'SHIPPED'],
    ]);
  });

  test('each tells an event of its own', () => {
    expect(new Set(STEP_NAMES.map((step) => STEPS[step].event.type)).size).toBe(STEP_NAMES.length);
  });

  test.each(STEP_NAMES)('%s is legal in one status only, and the refusal names the status', (step) => {
    for (const status of WORK_ORDER_STATUSES) {
      const refusal = refusalOf(step, workOrder(status, status === 'OPEN' ? null : 'ada'), ada);
      if (status === STEPS[step].from) {
        expect(refusal).toBeUndefined();
      } else {
        expect(refusal).toMatchObject({ status: 409, code: 'illegal_action' });
        expect(refusal?.detail).toContain(`is ${status}`);
      }
    }
  });

  test('only the claimer or an admin goes on', () => {
    for (const step of STEP_NAMES.filter((name) => name !== 'claim')) {
      const claimed = workOrder(STEPS[step].from, 'ada');
      expect(refusalOf(step, claimed, ben)).toMatchObject({ status: 403, code: 'claimed_by_another' });
      expect(refusalOf(step, claimed, admin)).toBeUndefined();
    }
  });
});
