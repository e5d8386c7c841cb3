import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { RECONCILER_FIGURES, renderReconcilerAlerts, renderReconcilerAlertTests } from './reconciler-alerts.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}
const { groups } = parse(renderReconcilerAlerts()) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { tests } = parse(renderReconcilerAlertTests()) as {
  tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
};
const looks = tests.flatMap((each) => each.alert_rule_test);
const names = rules.map(({ alert }) => alert).sort();

test('the alerts ask only for what is reported', () => {
  const known = new Set<string>(Object.values(RECONCILER_FIGURES));
  for (const { expr } of rules) {
    const asked = expr.match(/(bezel|order)_[a-z_]+/g) ?? [];
    expect(asked).not.toEqual([]);
    expect({ expr, unknown: asked.filter((name) => !known.has(name)) }).toEqual({ expr, unknown: [] });
  }
});

test('the tests see each alert fire, and each stay silent', () => {
  const seen = (fires: boolean) =>
    [
      ...new Set(looks.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map((look) => look.alertname)),
    ].sort();
  expect(seen(true)).toEqual(names);
  expect(seen(false)).toEqual(names);
});

test('each alert has a runbook', () => {
  const page = readFileSync(new URL('../../../../docs/operating/reconciler.md', import.meta.url), 'utf8');
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook).toBe(`docs/operating/reconciler.md#${alert.toLowerCase()}`);
    expect(page).toContain(`\n## ${alert}\n`);
  }
});
