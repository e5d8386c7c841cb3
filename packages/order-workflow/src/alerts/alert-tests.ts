import type { Lifecycle } from '../lifecycle/index.ts';
import { type Series, seriesOf, type World } from './alert-worlds.ts';
import { asYaml } from './alerts.ts';
import { PROMETHEUS_NAMES } from './metrics.ts';
import { firing, silent, type TestCase } from './promtool.ts';
import {
  type AlertRule,
  alertsOf,
  countOfMoves,
  FAR,
  measuredStatuses,
  ruleOf,
  timedStages,
  unmeasured,
} from './stage-alerts.ts';
import { inMinutes, standingStill } from './standing-still-tests.ts';

const STEP_MINUTES = 5;

/**
 * `infra/prometheus/rules/tests/order-stages.yml`, for `promtool test rules`: each alert of each stage is shown to fire, and
 * to stay silent at its limit, before its time and when the trouble is over.
 */
export const renderAlertTests = (lifecycle: Lifecycle): string =>
  asYaml({
    rule_files: ['../order-stages.yml'],
    evaluation_interval: `${STEP_MINUTES}m`,
    tests: [
      nothingIsWrong(lifecycle),
      ...timedStages(lifecycle).map(({ status }) => oneStageIsLate(lifecycle, status)),
      atTheLimit(lifecycle),
      ownDeadline(lifecycle),
      ...standingStill(lifecycle, timedStages(lifecycle).filter(inMinutes), STEP_MINUTES),
      twoProcesses(lifecycle),
      oneProcessCannotRead(lifecycle),
      ...notMeasured(lifecycle),
    ],
  });

const test = (name: string, input_series: readonly Series[], looks: TestCase['alert_rule_test']): TestCase => ({
  name,
  interval: `${STEP_MINUTES}m`,
  input_series,
  alert_rule_test: looks,
});

function allSilent(lifecycle: Lifecycle, minutes: number): TestCase['alert_rule_test'] {
  const rules: AlertRule[] = [...timedStages(lifecycle).flatMap(alertsOf), ...unmeasured(lifecycle)];
  return [...new Set(rules.map(({ alert }) => alert))].map((alert) => silent(minutes, alert));
}

/** All is measured, nothing is late, orders come and go. */
const well = (lifecycle: Lifecycle): World => ({
  instances: ['a'],
  figures: Object.fromEntries(
    measuredStatuses(lifecycle).map((status) => [
      status,
      { orders: '5x20', oldest: '1x20', late: '0x20', overdue: '0x20' },
    ]),
  ),
  age: { a: '0x20' },
  moves: '0+1x20',
});

const nothingIsWrong = (lifecycle: Lifecycle): TestCase =>
  test('nothing is wrong', seriesOf(lifecycle, well(lifecycle)), [
    ...allSilent(lifecycle, 0),
    ...allSilent(lifecycle, 30),
    ...allSilent(lifecycle, 95),
  ]);

/** For half an hour; then it is over. */
function oneStageIsLate(lifecycle: Lifecycle, status: string): TestCase {
  const world = well(lifecycle);
  const farSeconds = farInSeconds(lifecycle, status) + 1;
  const late = { orders: '5x20', oldest: '1x20', late: '1x6 0x13', overdue: `${farSeconds}x6 0x13` };
  const figures = { ...world.figures, [status]: late };
  return test(`orders are late in ${status}`, seriesOf(lifecycle, { ...world, figures }), [
    silent(0, 'OrdersLate'),
    silent(0, 'OrdersFarTooLate'),
    firing(10, [[ruleOf(lifecycle, 'OrdersLate', status), 1]]),
    firing(10, [[ruleOf(lifecycle, 'OrdersFarTooLate', status), farSeconds]]),
    silent(10, 'StageStandsStill'),
    ...allSilent(lifecycle, 60),
  ]);
}

const farInSeconds = (lifecycle: Lifecycle, status: string): number =>
  (FAR * (lifecycle[status]?.sla?.withinMs ?? 0)) / 1_000;

function atTheLimit(lifecycle: Lifecycle): TestCase {
  const figures = Object.fromEntries(
    measuredStatuses(lifecycle).map((status) => [
      status,
      { orders: '5x20', oldest: '1x20', late: '0x20', overdue: `${farInSeconds(lifecycle, status)}x20` },
    ]),
  );
  return test(
    `an order of each stage passed its deadline ${FAR} times the SLA ago and no longer`,
    seriesOf(lifecycle, { ...well(lifecycle), figures }),
    allSilent(lifecycle, 60),
  );
}

/** A partner may have been promised another time than the contract's: its deadline counts. */
function ownDeadline(lifecycle: Lifecycle): TestCase {
  const figures = Object.fromEntries(
    measuredStatuses(lifecycle).map((status) => [
      status,
      { orders: '5x20', oldest: '99999999x20', late: '0x20', overdue: '0x20' },
    ]),
  );
  return test(
    'orders are in each stage for long, as their own deadlines allow',
    seriesOf(lifecycle, { ...well(lifecycle), figures }),
    allSilent(lifecycle, 60),
  );
}

/** Two processes of the shop that report the same are one answer. */
function twoProcesses(lifecycle: Lifecycle): TestCase {
  const world = well(lifecycle);
  const late = timedStages(lifecycle).slice(0, 1);
  const figures = Object.fromEntries(
    late.map(({ status }) => [status, { orders: '5x20', oldest: '1x20', late: '3x20', overdue: '1x20' }]),
  );
  return test(
    'two processes report the same',
    seriesOf(lifecycle, {
      ...world,
      instances: ['a', 'b'],
      age: { a: '0x20', b: '0x20' },
      figures: { ...world.figures, ...figures },
    }),
    [
      firing(
        30,
        late.map(({ status }) => [ruleOf(lifecycle, 'OrdersLate', status), 3] as const),
      ),
    ],
  );
}

/** What a process read long ago does not count, while another one can read. */
function oneProcessCannotRead(lifecycle: Lifecycle): TestCase {
  const old = Object.fromEntries(
    measuredStatuses(lifecycle).map((status) => [
      status,
      { orders: '5x20', oldest: '99999999x20', late: '9x20', overdue: '99999999x20' },
    ]),
  );
  return test(
    'a process cannot read the database, another one can',
    [
      ...seriesOf(lifecycle, well(lifecycle)),
      ...seriesOf(lifecycle, { instances: ['b'], figures: old, age: { b: '600x20' }, moves: '0+1x20' }),
    ],
    allSilent(lifecycle, 60),
  );
}

function notMeasured(lifecycle: Lifecycle): TestCase[] {
  const [figures, moves] = unmeasured(lifecycle);
  const world = well(lifecycle);
  const [first = '', ...others] = measuredStatuses(lifecycle);
  const allButOne = Object.fromEntries(Object.entries(world.figures).filter(([status]) => status !== first));
  return [
    test(
      'nothing is reported at all',
      [],
      [silent(0, figures.alert), firing(10, [[figures, 0]]), firing(10, [[moves, 0]])],
    ),
    test('what is reported is too old', seriesOf(lifecycle, { ...world, age: { a: '121x20' } }), [
      firing(10, [[figures, 0]]),
      silent(10, moves.alert),
    ]),
    test('one status is not reported', seriesOf(lifecycle, { ...world, figures: allButOne }), [
      firing(10, [[figures, others.length]]),
    ]),
    test('one move is not counted', withoutOneMove(seriesOf(lifecycle, world)), [
      firing(10, [[moves, countOfMoves(lifecycle) - 1]]),
    ]),
  ];
}

function withoutOneMove(series: readonly Series[]): Series[] {
  const index = series.findIndex((each) => each.series.startsWith(`${PROMETHEUS_NAMES.moves}{`));
  return series.filter((_, place) => place !== index);
}
