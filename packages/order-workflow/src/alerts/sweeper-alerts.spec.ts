import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { LIFECYCLE } from '../lifecycle/index.ts';
import { SWEEPERS } from '../sweepers/sweepers.ts';
import { ownedTables } from '../sweepers/tables.ts';
import { placedSweeps, SWEEPER_FIGURES } from './sweeper-alerts.ts';
import { renderSweeperAlerts, renderSweeperAlertTests } from './sweeper-rules.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}
// Another reader of the file than Prometheus; promtool itself reads it in infra/local/src/promtool.
const { groups } = parse(renderSweeperAlerts()) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const keyOf = ({ app, sweeper, group }: Rule['labels'], alert: string): string =>
  [alert, app, sweeper, alert === 'ConsumerAbsent' ? group : undefined].filter(Boolean).join(' ');

test('every sweeper has its alerts: one that tells that it is dead, and one that something waits', () => {
  const known = rules.map(({ alert, labels }) => keyOf(labels, alert));
  for (const { app, sweeper } of placedSweeps) {
    expect(known).toContain(`SweeperDead ${app} ${sweeper}`);
    expect(known).toContain(`SweeperBehind ${app} ${sweeper}`);
  }
  for (const { watched } of Object.values(SWEEPERS)) {
    if (watched.as === 'outbox')
      for (const alert of watched.alerts) expect(rules.map((rule) => rule.alert)).toContain(alert);
  }
  const named = Object.values(SWEEPERS).flatMap(({ watched }) => (watched.as === 'outbox' ? watched.alerts : []));
  expect([...new Set(rules.map(({ alert }) => alert))].sort()).toEqual(
    ['SweeperBehind', 'SweeperDead', ...named].sort(),
  );
});

test('the alerts ask only for what is reported', () => {
  const known = new Set<string>(Object.values(SWEEPER_FIGURES));
  for (const { expr } of rules) {
    const asked = expr.match(/bezel_[a-z_]+/g) ?? [];
    expect({ expr, unknown: asked.filter((name) => !known.has(name)) }).toEqual({ expr, unknown: [] });
    expect(asked).not.toEqual([]);
  }
});

test('every sweeper owns something, and those of the stage contract own the statuses they are named at', () => {
  const owners = (['shop', 'mes', 'crm'] as const).flatMap((app) =>
    Object.values(ownedTables(app)).flatMap(({ rows, states = {} }) => [
      rows,
      ...Object.values(states).flatMap((values) => Object.values(values)),
    ]),
  );
  for (const name of Object.keys(SWEEPERS))
    expect({ name, owns: owners.includes(name as never) }).toEqual({ name, owns: true });
  const { states } = ownedTables('shop')['public.orders'] ?? {};
  for (const [status, { sweeper, final }] of Object.entries(LIFECYCLE)) {
    expect(states?.['status']?.[status]).toBe(final ? 'rests' : sweeper);
  }
});

describe('the tests of the alerts', () => {
  const file = parse(renderSweeperAlertTests()) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts: { exp_labels: Rule['labels'] }[] }[] }[];
  };
  const looks = file.tests.flatMap((each) => each.alert_rule_test);

  test('see each alert fire, for each app and sweeper', () => {
    const fired = looks.flatMap(({ alertname, exp_alerts }) =>
      exp_alerts.map(({ exp_labels }) => keyOf(exp_labels, alertname)),
    );
    expect([...new Set(fired)].sort()).toEqual(
      [...new Set(rules.map(({ alert, labels }) => keyOf(labels, alert)))].sort(),
    );
  });

  test('see each alert stay silent', () => {
    const silent = looks.filter(({ exp_alerts }) => exp_alerts.length === 0).map(({ alertname }) => alertname);
    expect([...new Set(silent)].sort()).toEqual([...new Set(rules.map(({ alert }) => alert))].sort());
  });
});
