import { expect, test } from '@jest/globals';
import { planChaosOrder, stepsOfChaos } from './plan-order.ts';

const plansOf = (unmakeablePercent: number) =>
  Array.from({ length: 400 }, (_, index) =>
    planChaosOrder('7f3a', index, { models: 5, cancelPercent: 20, unmakeablePercent }),
  );

test('the last model is ordered by those whose order cannot be made, and by nobody else', () => {
  for (const { model, makeable } of plansOf(10)) expect(model === 4).toBe(!makeable);
  const unmakeable = plansOf(10).filter(({ makeable }) => !makeable);
  expect(unmakeable.length).toBeGreaterThan(20);
  expect(unmakeable.length).toBeLessThan(70);
  expect(unmakeable.map(stepsOfChaos)).toEqual(unmakeable.map(() => 1));
});

test('all can be made when nobody orders it', () => {
  expect(plansOf(0).every(({ makeable }) => makeable)).toBe(true);
});
