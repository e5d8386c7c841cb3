import type { Series } from './alert-worlds.ts';
import { asYaml } from './alerts.ts';
import { firing, type Look, silent, type TestCase } from './promtool.ts';
import type { AlertRule } from './stage-alerts.ts';
import {
  alertsOfOutbox,
  alertsOfSweep,
  CONSUMER_GROUPS,
  CONSUMER_LAG_LIMIT,
  deadAfterSeconds,
  type PlacedSweep,
  placedSweeps,
  SWEEPER_FIGURES,
  sweeperAlerts,
} from './sweeper-alerts.ts';

/** `infra/prometheus/rules/sweepers.yml`. */
export const renderSweeperAlerts = (): string =>
  asYaml({ groups: [{ name: 'sweepers', rules: [...sweeperAlerts()] }] }, FROM);

const FROM = 'sweepers/sweepers.ts';

/** What one process reports; a figure that is left out is not reported. */
type World = Readonly<Record<string, string>>;

const key = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;

const at = (instance: string, job: string) => ({ job, instance });

const ofSweep = (figure: string, { app, sweeper }: PlacedSweep, instance = 'a'): string =>
  key(figure, { ...at(instance, `${app}-api`), app, sweeper });

const ofOutbox = {
  lagDuration: (app: string) => key(SWEEPER_FIGURES.lagDuration, { ...at('a', `${app}-api`), relay: 'r', shard: '0' }),
  lease: (app: string) => key(SWEEPER_FIGURES.lease, { ...at('a', `${app}-api`), relay: 'r', shard: '0' }),
  parkedKeys: (app: string) => key(SWEEPER_FIGURES.parkedKeys, { ...at('a', `${app}-api`), relay: 'r', shard: '0' }),
  slotLooks: (app: string) => key(SWEEPER_FIGURES.slotLooks, { ...at('a', `${app}-api`), outcome: 'empty' }),
  ofGroup: (figure: string, app: keyof typeof CONSUMER_GROUPS) =>
    key(figure, { ...at('a', `${app}-api`), group: CONSUMER_GROUPS[app], topic: 'shop.orders', partition: '0' }),
};

const APPS = Object.keys(CONSUMER_GROUPS) as (keyof typeof CONSUMER_GROUPS)[];

/** All looks are young, nothing waits, each shard is published, each group consumes. */
function well(): World {
  const { age, oldest, consumerLag, stuck, consumerParkedKeys } = SWEEPER_FIGURES;
  const sweeps = placedSweeps.flatMap((sweep) => [
    [ofSweep(age, sweep), '1x30'],
    [ofSweep(oldest, sweep), `${sweep.ageLimitMs / 1_000}x30`],
  ]);
  const outboxes = APPS.flatMap((app) => [
    [ofOutbox.lagDuration(app), '60x30'],
    [ofOutbox.lease(app), '1x30'],
    [ofOutbox.parkedKeys(app), '0x30'],
    [ofOutbox.slotLooks(app), '0+5x30'],
    [ofOutbox.ofGroup(consumerLag, app), `${CONSUMER_LAG_LIMIT}x30`],
    [ofOutbox.ofGroup(stuck, app), '0x30'],
    [ofOutbox.ofGroup(consumerParkedKeys, app), '0x30'],
  ]);
  return Object.fromEntries([...sweeps, ...outboxes]);
}

const seriesOf = (world: World): Series[] => Object.entries(world).map(([series, values]) => ({ series, values }));
const without = (world: World, ...names: string[]): World =>
  Object.fromEntries(Object.entries(world).filter(([name]) => !names.includes(name)));

const STEP = 5;
const test = (name: string, world: World, looks: readonly Look[]): TestCase => ({
  name,
  interval: `${STEP}m`,
  input_series: seriesOf(world),
  alert_rule_test: looks,
});

const NAMES = [...new Set(sweeperAlerts().map(({ alert }) => alert))];
const allSilent = (minutes: number): Look[] => NAMES.map((name) => silent(minutes, name));

/** `infra/prometheus/rules/tests/sweepers.yml`: each alert is shown to fire, and to be silent at its limit and afterwards. */
export const renderSweeperAlertTests = (): string =>
  asYaml(
    {
      rule_files: ['../sweepers.yml'],
      evaluation_interval: `${STEP}m`,
      tests: [
        test('nothing is wrong, and everything is at its limit', well(), [...allSilent(60), ...allSilent(120)]),
        test('nothing is reported at all', {}, [nobodySweeps(60), noConsumer(60)]),
        noLookIsFinished(),
        oneOfTwoIsDead(),
        somethingWaits(),
        ...outboxTests(),
      ],
    },
    FROM,
  );

const nobodySweeps = (minutes: number): Look =>
  firing(
    minutes,
    placedSweeps.map((sweep) => [alertsOfSweep(sweep)[0], 0] as const),
  );

const rulesNamed = (name: string): AlertRule[] => alertsOfOutbox().filter(({ alert }) => alert === name);

const noConsumer = (minutes: number): Look =>
  firing(
    minutes,
    rulesNamed('ConsumerAbsent').map((rule) => [rule, 1] as const),
  );

/** For an hour no look of any job is finished; then each is again. */
function noLookIsFinished(): TestCase {
  const stalled = Object.fromEntries(
    placedSweeps.map((sweep) => [ofSweep(SWEEPER_FIGURES.age, sweep), `${deadAfterSeconds(sweep) + 1}x11 1x18`]),
  );
  return test('no job finishes a look', { ...well(), ...stalled }, [
    silent(0, 'SweeperDead'),
    nobodySweeps(30),
    // What was read long ago is not told as of now.
    silent(30, 'SweeperBehind'),
    ...allSilent(90),
  ]);
}

/** Of two processes one does not get a look done: the other one does. */
function oneOfTwoIsDead(): TestCase {
  const dead = placedSweeps.flatMap((sweep) => [
    [ofSweep(SWEEPER_FIGURES.age, sweep, 'b'), '99999999x30'],
    [ofSweep(SWEEPER_FIGURES.oldest, sweep, 'b'), '99999999x30'],
  ]);
  return test('one of two processes finishes no look', { ...well(), ...Object.fromEntries(dead) }, allSilent(60));
}

function somethingWaits(): TestCase {
  const old = Object.fromEntries(
    placedSweeps.map((sweep) => [ofSweep(SWEEPER_FIGURES.oldest, sweep), `${sweep.ageLimitMs / 1_000 + 1}x11 0x18`]),
  );
  return test('something waits for each job for too long', { ...well(), ...old }, [
    silent(0, 'SweeperBehind'),
    firing(
      30,
      placedSweeps.map((sweep) => [alertsOfSweep(sweep)[1], 0] as const),
    ),
    ...allSilent(90),
  ]);
}

/** An alert, the series that makes it fire for an hour, and the labels and the value it then has. */
type Case = readonly [
  alert: string,
  series: string,
  values: string,
  labels: Readonly<Record<string, string>>,
  value: number,
];

/** Each alert of relays and consumers in one app, for an hour. */
function outboxTests(): TestCase[] {
  const { consumerLag, stuck, consumerParkedKeys } = SWEEPER_FIGURES;
  const group = ofOutbox.ofGroup;
  const cases: readonly Case[] = [
    ['OutboxBehind', ofOutbox.lagDuration('shop'), '61x11 0x18', { job: 'shop-api', shard: '0' }, 61],
    ['OutboxUnpublished', ofOutbox.lease('mes'), '0x11 1x18', { job: 'mes-api', shard: '0' }, 0],
    ['OutboxKeyParked', ofOutbox.parkedKeys('shop'), '2x11 0x18', { job: 'shop-api' }, 2],
    ['ConsumerStandsStill', group(stuck, 'crm'), '1x11 0x18', { group: 'crm', topic: 'shop.orders' }, 1],
    [
      'ConsumerBehind',
      group(consumerLag, 'mes'),
      `${CONSUMER_LAG_LIMIT + 1}x11 0x18`,
      { group: 'mes.board', topic: 'shop.orders' },
      CONSUMER_LAG_LIMIT + 1,
    ],
    [
      'ConsumerKeyParked',
      group(consumerParkedKeys, 'shop'),
      '1x11 0x18',
      { group: 'shop.orchestrator', topic: 'shop.orders' },
      1,
    ],
  ];
  const looks = cases.map(([alert, series, values, labels, value]) => {
    const [rule] = rulesNamed(alert);
    if (rule === undefined) throw new Error(`there is no alert ${alert}`);
    const fires = firing(30, [[{ ...rule, labels: { ...rule.labels, ...labels } }, value]]);
    return test(alert, { ...well(), [series]: values }, [silent(0, alert), fires, ...allSilent(90)]);
  });
  const [retention] = rulesNamed('RetentionStandsStill');
  const [unpublished] = rulesNamed('OutboxUnpublished');
  if (retention === undefined || unpublished === undefined) throw new Error('an alert is missing');
  const noLooks = Object.fromEntries(APPS.map((app) => [ofOutbox.slotLooks(app), '7x30']));
  return [
    ...looks,
    test('no relay looks for what can be emptied', { ...well(), ...noLooks }, [firing(60, [[retention, 0]])]),
    test('no relay reports', without(well(), ...APPS.map(ofOutbox.lease)), [firing(30, [[unpublished, 1]])]),
    ...APPS.map((app) => {
      const [rule] = rulesNamed('ConsumerAbsent').filter(({ labels }) => labels['group'] === CONSUMER_GROUPS[app]);
      if (rule === undefined) throw new Error('an alert is missing');
      return test(`no consumer of ${app}`, without(well(), ofOutbox.ofGroup(consumerLag, app)), [
        firing(30, [[rule, 1]]),
      ]);
    }),
  ];
}
