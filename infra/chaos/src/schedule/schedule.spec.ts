import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FAULT_KINDS } from '../faults/index.ts';
import { processesOf } from '../system/layout.ts';
import { planFaults, type Schedulable } from './schedule.ts';

const KINDS: readonly Schedulable[] = FAULT_KINDS.map(({ name, lastsS, targets }) => ({
  name,
  lastsS,
  targets: targets(processesOf('roles')),
}));

describe('a schedule', () => {
  test('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100), (seed, faults) => {
        const plan = planFaults(seed, faults, KINDS);
        expect(planFaults(seed, faults, KINDS)).toEqual(plan);
        expect(plan).toHaveLength(faults);
      }),
      { numRuns: 30 },
    );
    const plans = Array.from({ length: 20 }, (_, seed) => JSON.stringify(planFaults(String(seed), 20, KINDS)));
    expect(new Set(plans).size).toBe(20);
  });

  test('is known: what a seed meant yesterday it means today', () => {
    const [first, second, third] = planFaults('fixed', 3, KINDS.slice(0, 3));
    expect([first, second, third].map((fault) => `${fault?.kind} of ${fault?.target}`)).toMatchInlineSnapshot(`
[
  "process-pause of reconciler-1",
  "process-kill of crm-api-2",
  "postgres-restart of postgres",
]
`);
  });

  test('spreads its faults over the run, each as long as its kind may last', () => {
    const plan = planFaults('spread', 200, KINDS);
    for (const { at, index, lastsMs, kind, draw } of plan) {
      expect(Math.floor(at * 200)).toBe(index);
      const [least = 0, most = 0] = KINDS.find(({ name }) => name === kind)?.lastsS ?? [];
      expect(lastsMs).toBeGreaterThanOrEqual(least * 1_000);
      expect(lastsMs).toBeLessThanOrEqual(most * 1_000);
      expect(draw).toBeLessThan(1);
    }
    expect(plan[0]?.together).toBe(false);
    expect(plan.some(({ together }) => together)).toBe(true);
  });

  test('has every kind before any comes again, and every target of a kind', () => {
    const round = planFaults('turns', KINDS.length, KINDS).map(({ kind }) => kind);
    expect(round.toSorted()).toEqual(KINDS.map(({ name }) => name).toSorted());
    const [kills] = KINDS;
    const hit = planFaults('turns', kills?.targets.length ?? 0, KINDS.slice(0, 1)).map(({ target }) => target);
    expect(hit.toSorted()).toEqual(kills?.targets.toSorted());
  });

  test('hits a process of every role, and every server', () => {
    const roles = new Set(processesOf('roles').flatMap(({ app, roles: of }) => of.map((role) => `${app} ${role}`)));
    expect(roles.size).toBe(14);
    for (const role of roles) {
      const same = processesOf('roles').filter(({ app, roles: of }) => of.some((one) => `${app} ${one}` === role));
      expect(same.length).toBeGreaterThanOrEqual(2);
    }
  });
});
