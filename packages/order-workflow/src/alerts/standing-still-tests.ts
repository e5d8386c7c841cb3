import type { Lifecycle } from '../lifecycle/index.ts';
import { type Series, seriesOf } from './alert-worlds.ts';
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
  const steps = Math.ceil(longest / stepMinutes) + 3;
  const end = steps * stepMinutes;
  const test = (name: string, orders: string, moves: string, looks: TestCase['alert_rule_test']): TestCase => ({
    name,
    interval: `${stepMinutes}m`,
    input_series: worldOf(lifecycle, stages, { orders: `${orders}x${steps}`, moves: `${moves}x${steps}`, steps }),
    alert_rule_test: looks,
  });
  const rules = stages.map(({ status }) => [ruleOf(lifecycle, 'StageStandsStill', status), steps] as const);
  return [
    test('stages fill up and nobody ends them', '0+1', '7+0', [
      // The shortest window has not gone by yet.
      silent(stepMinutes, 'StageStandsStill'),
      firing(end, rules),
    ]),
    test('stages fill up and orders leave them', '0+1', '7+1', [silent(end, 'StageStandsStill')]),
    test('nothing comes and nothing leaves', '5+0', '7+0', [silent(end, 'StageStandsStill')]),
  ];
}

const worldOf = (
  lifecycle: Lifecycle,
  stages: readonly TimedStage[],
  { orders, moves, steps }: { readonly orders: string; readonly moves: string; readonly steps: number },
): Series[] =>
  seriesOf(lifecycle, {
    instances: ['a'],
    figures: Object.fromEntries(
      stages.map(({ status }) => [status, { orders, oldest: `0x${steps}`, late: `0x${steps}` }]),
    ),
    age: { a: `0x${steps}` },
    moves,
  });
