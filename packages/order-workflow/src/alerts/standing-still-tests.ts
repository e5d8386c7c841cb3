import type { Lifecycle } from '../lifecycle/index.ts';
import { type Series, seriesOf, type World } from './alert-worlds.ts';
import { asYaml } from './alerts.ts';
import { firing, silent, type TestCase } from './promtool.ts';
import { ruleOf, type TimedStage, timedStages, windowMs } from './stage-alerts.ts';

const STEP_MINUTES = 60;

/**
 * `infra/prometheus/rules/tests/order-stages-days.yml`: the stages in which standing still shows after hours or days. A file
 * of its own, because promtool evaluates all rules at each step up to the end: here a step is an hour.
 */
export const renderAlertTestsOfDays = (lifecycle: Lifecycle): string =>
  asYaml({
    rule_files: ['../order-stages.yml'],
    evaluation_interval: `${STEP_MINUTES}m`,
    tests: standingStill(
      lifecycle,
      timedStages(lifecycle).filter((stage) => !inMinutes(stage)),
      STEP_MINUTES,
    ),
  });

/** Whether standing still shows within minutes: a rate over an hour's steps needs a window of some of them. */
export const inMinutes = ({ stage }: TimedStage): boolean => windowMs(stage.sla) < 4 * STEP_MINUTES * 60_000;

/** Stages that fill up, while nobody ends them and while somebody does; and stages that do not fill up. */
export function standingStill(
  lifecycle: Lifecycle,
  stages: readonly TimedStage[],
  stepMinutes: number,
): readonly TestCase[] {
  if (stages.length === 0) return [];
  const longest = Math.max(...stages.map(({ stage }) => windowMs(stage.sla))) / 60_000;
  const window = Math.ceil(longest / stepMinutes);
  const steps = window + 3;
  const end = steps * stepMinutes;
  const stepSeconds = stepMinutes * 60;
  const test = (name: string, flow: Flow, looks: TestCase['alert_rule_test']): TestCase => ({
    name,
    interval: `${stepMinutes}m`,
    input_series: worldOf(lifecycle, stages, flow),
    alert_rule_test: looks,
  });
  const old = `0+${stepSeconds}x${steps}`;
  const rules = stages.map(({ status }) => [ruleOf(lifecycle, 'StageStandsStill', status), steps] as const);
  return [
    test('stages fill up and nobody ends them', { orders: `0+1x${steps}`, oldest: old, moves: `7x${steps}` }, [
      // The shortest window has not gone by yet.
      silent(stepMinutes, 'StageStandsStill'),
      firing(end, rules),
    ]),
    test(
      'stages fill up and orders leave them only by being cancelled',
      { orders: `0+1x${steps}`, oldest: old, moves: `7x${steps}`, cancellations: `7+1x${steps}` },
      [firing(end, rules)],
    ),
    test(
      'stages fill up and orders leave them',
      { orders: `0+1x${steps}`, oldest: old, moves: `7+1x${steps}`, cancellations: `7x${steps}` },
      [silent(end, 'StageStandsStill')],
    ),
    test('nothing comes and nothing leaves', { orders: `5x${steps}`, oldest: old, moves: `7x${steps}` }, [
      silent(end, 'StageStandsStill'),
    ]),
    test(
      'after a window without orders one comes to each stage, and waits its turn',
      { orders: `0x${window} 1x${steps}`, oldest: `0x${window} ${old}`, moves: `7x${window + 1 + steps}` },
      // It is there from the step after the window on.
      [2, 3, 4].map((step) => silent((window + step) * stepMinutes, 'StageStandsStill')),
    ),
  ];
}

/** What each of the stages reports, in promtool's notation; nothing is late. */
type Flow = Pick<World, 'moves' | 'cancellations'> & { readonly orders: string; readonly oldest: string };

/** Longer than any of these tests. */
const ZERO = '0x1000';

const worldOf = (lifecycle: Lifecycle, stages: readonly TimedStage[], { orders, oldest, ...moves }: Flow): Series[] =>
  seriesOf(lifecycle, {
    instances: ['a'],
    figures: Object.fromEntries(stages.map(({ status }) => [status, { orders, oldest, late: ZERO, overdue: ZERO }])),
    age: { a: ZERO },
    ...moves,
  });
