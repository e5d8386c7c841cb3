import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planKills } from '../kills/schedule.ts';
import { CANCEL_STAGES, planOrder, STEPS_AN_ORDER, stepsOf } from './order-plan.ts';
import { randomOf } from './random.ts';

const OPTIONS = { models: 4, cancelPercent: 30 };

describe('a seed decides', () => {
  test('the same plan every time, for each order on its own', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(10_000), (seed, index) => {
        const plan = planOrder(seed, index, OPTIONS);
        expect(planOrder(seed, index, OPTIONS)).toEqual(plan);
        expect(plan.model).toBeLessThan(OPTIONS.models);
      }),
    );
  });

  test('and another seed another one', () => {
    const plans = Array.from({ length: 50 }, (_, seed) => JSON.stringify(planOrder(`${seed}`, 0, OPTIONS)));
    expect(new Set(plans).size).toBeGreaterThan(45);
  });

  test('about as often as it should', () => {
    const plans = Array.from({ length: 4_000 }, (_, index) => planOrder('seed', index, OPTIONS));
    const share = (of: (plan: (typeof plans)[number]) => boolean): number => plans.filter(of).length / plans.length;
    expect(share((plan) => plan.cancelsAt !== null)).toBeCloseTo(0.3, 1);
    expect(share((plan) => plan.doubleSubmits)).toBeCloseTo(0.15, 1);
    expect(new Set(plans.map((plan) => plan.model)).size).toBe(4);
    expect(new Set(plans.map((plan) => plan.cancelsAt)).size).toBe(CANCEL_STAGES.length + 1);
    expect(plans.every((plan) => stepsOf(plan) <= STEPS_AN_ORDER)).toBe(true);
  });

  test('no cancellations when none are asked for', () => {
    const plans = Array.from({ length: 500 }, (_, index) => planOrder('seed', index, { models: 4, cancelPercent: 0 }));
    expect(plans.every((plan) => plan.cancelsAt === null)).toBe(true);
  });
});

describe('random numbers', () => {
  test('are spread evenly and stay in their range', () => {
    const random = randomOf('seed', 'spread');
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const bucket = random.below(10);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('of two names are independent', () => {
    const [one, other] = [randomOf('seed', 'order', 11), randomOf('seed', 'order', 1, 1)];
    expect(Array.from({ length: 5 }, () => one.next())).not.toEqual(Array.from({ length: 5 }, () => other.next()));
  });
});

describe('planKills', () => {
  test('spreads every kill over the run: one in each stretch, none after its end', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 5_000 }),
        (seed, kills, steps) => {
          const plan = planKills(seed, kills, steps);
          expect(plan).toHaveLength(kills);
          for (const [index, { afterSteps, victim }] of plan.entries()) {
            expect(afterSteps).toBeGreaterThanOrEqual(Math.floor((index * steps) / kills));
            expect(afterSteps).toBeLessThanOrEqual(((index + 1) * steps) / kills);
            expect(afterSteps).toBeLessThan(steps);
            expect(victim).toBeLessThan(1);
          }
        },
      ),
    );
  });
});
