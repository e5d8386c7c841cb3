import type { Series } from './alert-worlds.ts';
import { asYaml } from './alerts.ts';
import { RECONCILER_METRICS } from './metrics.ts';
import { firing, type Look, silent, type TestCase } from './promtool.ts';
import type { AlertRule } from './stage-alerts.ts';

const named = (name: string, suffix = ''): string => name.replaceAll('.', '_') + suffix;

/** What reconcilers report, as Prometheus names it. */
export const RECONCILER_FIGURES = {
  unaccounted: named(RECONCILER_METRICS.unaccounted),
  leads: named(RECONCILER_METRICS.leads),
  roundAge: named(RECONCILER_METRICS.roundAge, '_seconds'),
  againAge: named(RECONCILER_METRICS.againAge, '_seconds'),
  passAge: named(RECONCILER_METRICS.passAge, '_seconds'),
  blind: named(RECONCILER_METRICS.blind),
  repairs: named(RECONCILER_METRICS.repairs, '_total'),
} as const;

/** After so many s without a finished look a reconciler counts as dead: what it rests after the longest of them, and more. */
const ROUND_LIMIT_SECONDS = 300;

/** Whatever is in question is looked at again within so many s, however many messages that takes. */
const AGAIN_LIMIT_SECONDS = 1_800;

/** Everything is looked at within so many s. */
const PASS_LIMIT_SECONDS = 3_600;

/** So many repairs may be asked for in an hour before somebody should ask why. */
const REPAIRS_LIMIT = 10;

const { unaccounted, leads, roundAge, againAge, passAge, blind, repairs } = RECONCILER_FIGURES;

const alert = (
  name: string,
  severity: 'warning' | 'critical',
  [expr, minutes]: readonly [string, number],
  [summary, description]: readonly [string, string],
): AlertRule => ({
  alert: name,
  expr,
  for: `${minutes}m`,
  labels: { owner: 'operators', severity },
  annotations: { summary, description, runbook: `docs/operating/reconciler.md#${name.toLowerCase()}` },
});

/**
 * The alerts on what the reconciler finds, and on the reconciler. What it does not know is NaN, which no comparison holds of: so
 * nothing is asked of a figure alone that only a reconciler which works would report.
 */
export const RECONCILER_ALERTS: readonly AlertRule[] = [
  alert(
    'OrderUnaccounted',
    'critical',
    [`max by (hop) (${unaccounted}) > 0`, 5],
    [
      'Orders are unaccounted for at {{ $labels.hop }}',
      'The trail of {{ $value }} orders breaks at {{ $labels.hop }}, and no repair has mended it yet.',
    ],
  ),
  // What a person has to mend may stand for days, and OrderUnaccounted with it. What comes to it then must be told, too.
  alert(
    'MoreOrdersUnaccounted',
    'critical',
    [`max by (hop) (${unaccounted}) > (max by (hop) (${unaccounted} offset 1h) > 0)`, 5],
    [
      'More orders are unaccounted for at {{ $labels.hop }} than an hour ago',
      'The trail of {{ $value }} orders breaks at {{ $labels.hop }}: beside those that are known, others.',
    ],
  ),
  alert(
    'ReconcilerDead',
    'critical',
    [`(max(${leads}) or vector(0)) < 1 or min(${roundAge}) > ${ROUND_LIMIT_SECONDS}`, 5],
    [
      'Nobody accounts for the orders',
      'No reconciler leads, or the one that does finishes no look: a lost order would not be seen.',
    ],
  ),
  alert(
    'OrdersNotAccountedFor',
    'critical',
    // Some hop is always 0 when all is known; one above 0 says nothing of the others.
    [`absent(${unaccounted} == 0)`, 15],
    [
      'It is not known whether all orders are accounted for',
      'No reconciler says so: it cannot read a source, has not looked at every order since it took over, or is not there.',
    ],
  ),
  alert(
    'ReconcilerAgainOld',
    'warning',
    [`min by (orders) (${againAge}) > ${AGAIN_LIMIT_SECONDS}`, 5],
    [
      'The {{ $labels.orders }} orders in question were not looked at again within half an hour',
      'The last look at them, or what one of them is suspected of, is {{ $value }} s old: what is found does not count until then, and what was mended stays reported.',
    ],
  ),
  alert(
    'ReconcilerPassOld',
    'warning',
    [`min(${passAge}) > ${PASS_LIMIT_SECONDS}`, 5],
    ['Not every order was looked at within an hour', 'The last pass over all orders ended {{ $value }} s ago.'],
  ),
  alert(
    'ReconcilerBlind',
    'warning',
    [`max by (source) (${blind}) > 0`, 5],
    [
      'The reconciler cannot use {{ $labels.source }}',
      'For more than five minutes {{ $labels.source }} has kept a reconciler from its work.',
    ],
  ),
  alert(
    'ReconcilerRepairsMuch',
    'warning',
    [`sum by (kind) (increase(${repairs}{outcome="asked"}[1h])) > ${REPAIRS_LIMIT}`, 5],
    [
      'Orders are repaired by {{ $labels.kind }} again and again',
      'More than ten repairs in an hour: each was needed, and something makes them be.',
    ],
  ),
];

const FROM = 'alerts/reconciler-alerts.ts';

/** `infra/prometheus/rules/reconciler.yml`. */
export const renderReconcilerAlerts = (): string =>
  asYaml({ groups: [{ name: 'reconciler', rules: [...RECONCILER_ALERTS] }] }, FROM);

type World = Readonly<Record<string, string>>;

const of = (figure: string, instance: 'a' | 'b', labels: Readonly<Record<string, string>> = {}): string =>
  `${figure}{${Object.entries({ job: 'reconciler', instance, ...labels })
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;

const AT_WORKFLOW = { hop: 'workflow' };
const AT_CRM = { hop: 'crm.projection' };
const OF_KAFKA = { source: 'kafka' };
const OF_NEW = { orders: 'new' };
const OF_OLD = { orders: 'old' };
const PUBLISHES = { kind: 'publish-again', outcome: 'asked' };

/** promtool's notation has no NaN. Nothing at all is told apart from it by none of the expressions. */
const UNKNOWN = '_x31';

/** One leads and finds nothing, and all is at its limit; the other one stands by. */
const WELL: World = {
  [of(unaccounted, 'a', AT_WORKFLOW)]: '0x30',
  [of(unaccounted, 'a', AT_CRM)]: '0x30',
  [of(leads, 'a')]: '1x30',
  [of(roundAge, 'a')]: `${ROUND_LIMIT_SECONDS}x30`,
  [of(againAge, 'a', OF_NEW)]: `${AGAIN_LIMIT_SECONDS}x30`,
  [of(againAge, 'a', OF_OLD)]: `${AGAIN_LIMIT_SECONDS}x30`,
  [of(passAge, 'a')]: `${PASS_LIMIT_SECONDS}x30`,
  [of(blind, 'a', OF_KAFKA)]: '0x30',
  [of(unaccounted, 'b', AT_WORKFLOW)]: UNKNOWN,
  [of(unaccounted, 'b', AT_CRM)]: UNKNOWN,
  [of(leads, 'b')]: '0x30',
  [of(roundAge, 'b')]: UNKNOWN,
  [of(againAge, 'b', OF_NEW)]: UNKNOWN,
  [of(againAge, 'b', OF_OLD)]: UNKNOWN,
  [of(passAge, 'b')]: UNKNOWN,
  [of(blind, 'b', OF_KAFKA)]: '0x30',
};

const STEP = 5;
const test = (name: string, world: World, looks: readonly Look[]): TestCase => ({
  name,
  interval: `${STEP}m`,
  input_series: Object.entries(world).map(([series, values]): Series => ({ series, values })),
  alert_rule_test: looks,
});

const NAMES = RECONCILER_ALERTS.map((rule) => rule.alert);
const allSilent = (minutes: number): Look[] => NAMES.map((name) => silent(minutes, name));

function fires(minutes: number, name: string, value: number, labels: Readonly<Record<string, string>> = {}): Look {
  const rule = RECONCILER_ALERTS.find((known) => known.alert === name);
  if (rule === undefined) throw new Error(`there is no alert ${name}`);
  const annotations = Object.fromEntries(
    Object.entries(rule.annotations).map(([key, text]) => [
      key,
      text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? ''),
    ]),
  );
  return firing(minutes, [[{ ...rule, labels: { ...rule.labels, ...labels }, annotations }, value]]);
}

/** `infra/prometheus/rules/tests/reconciler.yml`: each alert is shown to fire, and to be silent at its limit and afterwards. */
export const renderReconcilerAlertTests = (): string =>
  asYaml(
    {
      rule_files: ['../reconciler.yml'],
      evaluation_interval: `${STEP}m`,
      tests: [
        test('nothing is wrong, and everything is at its limit', WELL, [...allSilent(60), ...allSilent(120)]),
        test('nothing is reported at all', {}, [fires(60, 'ReconcilerDead', 0), fires(60, 'OrdersNotAccountedFor', 1)]),
        test(
          'an order is unaccounted for, for an hour',
          { ...WELL, [of(unaccounted, 'a', AT_WORKFLOW)]: '2x11 0x18' },
          [silent(0, 'OrderUnaccounted'), fires(30, 'OrderUnaccounted', 2, AT_WORKFLOW), ...allSilent(90)],
        ),
        test(
          'beside an order that is known to be unaccounted for, another one',
          { ...WELL, [of(unaccounted, 'a', AT_WORKFLOW)]: '1x20 2x30' },
          [
            silent(95, 'MoreOrdersUnaccounted'),
            fires(120, 'MoreOrdersUnaccounted', 2, AT_WORKFLOW),
            silent(180, 'MoreOrdersUnaccounted'),
          ],
        ),
        test('it leads and finishes no look', { ...WELL, [of(roundAge, 'a')]: `${ROUND_LIMIT_SECONDS + 1}x11 1x18` }, [
          silent(0, 'ReconcilerDead'),
          fires(30, 'ReconcilerDead', ROUND_LIMIT_SECONDS + 1),
          ...allSilent(90),
        ]),
        test('the one that leads is gone, and nobody takes over', onlyOf('b'), [
          fires(30, 'ReconcilerDead', 0),
          fires(30, 'OrdersNotAccountedFor', 1),
        ]),
        test('the other one has taken over', { ...onlyOf('a'), [of(leads, 'b')]: '0x30' }, allSilent(60)),
        test('it cannot know: a source is away', { ...WELL, ...AWAY }, [
          fires(30, 'ReconcilerBlind', 1, OF_KAFKA),
          fires(30, 'OrdersNotAccountedFor', 1),
          silent(30, 'OrderUnaccounted'),
          ...allSilent(90),
        ]),
        test(
          'it cannot know, and an order that was found before waits for a person',
          { ...WELL, ...AWAY, [of(unaccounted, 'a', AT_WORKFLOW)]: '1x30' },
          [fires(30, 'OrdersNotAccountedFor', 1), silent(90, 'OrdersNotAccountedFor')],
        ),
        ...[OF_NEW, OF_OLD].map((ofThose) =>
          test(
            `looks at ${ofThose.orders} orders in question take too long`,
            { ...WELL, [of(againAge, 'a', ofThose)]: `${AGAIN_LIMIT_SECONDS + 1}x11 1x18` },
            [
              silent(0, 'ReconcilerAgainOld'),
              fires(30, 'ReconcilerAgainOld', AGAIN_LIMIT_SECONDS + 1, ofThose),
              ...allSilent(90),
            ],
          ),
        ),
        test('a pass takes too long', { ...WELL, [of(passAge, 'a')]: `${PASS_LIMIT_SECONDS + 1}x11 1x18` }, [
          silent(0, 'ReconcilerPassOld'),
          fires(30, 'ReconcilerPassOld', PASS_LIMIT_SECONDS + 1),
          ...allSilent(90),
        ]),
        test('it repairs again and again, for an hour', { ...WELL, [of(repairs, 'a', PUBLISHES)]: '0+1x12 12x17' }, [
          silent(5, 'ReconcilerRepairsMuch'),
          fires(60, 'ReconcilerRepairsMuch', 12, { kind: 'publish-again' }),
          ...allSilent(140),
        ]),
      ],
    },
    FROM,
  );

const AWAY: World = {
  [of(unaccounted, 'a', AT_WORKFLOW)]: '_x12 0x18',
  [of(unaccounted, 'a', AT_CRM)]: '_x12 0x18',
  [of(blind, 'a', OF_KAFKA)]: '1x11 0x18',
};

const onlyOf = (instance: 'a' | 'b'): World =>
  Object.fromEntries(Object.entries(WELL).filter(([series]) => series.includes(`instance="${instance}"`)));
