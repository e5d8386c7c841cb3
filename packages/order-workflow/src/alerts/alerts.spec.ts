import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { LIFECYCLE, STATUSES } from '../lifecycle/index.ts';
import { renderAlertTests } from './alert-tests.ts';
import { renderAlerts } from './alerts.ts';
import { FIGURES } from './figures.ts';
import { PROMETHEUS_NAMES } from './metrics.ts';
import { promDuration, timedStages, windowMs } from './stage-alerts.ts';
import { renderAlertTestsOfDays } from './standing-still-tests.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface TestFile {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
    }[];
  }[];
}

// Another reader of the file than Prometheus; promtool itself reads it in infra/local/src/promtool.
const { groups } = parse(renderAlerts(LIFECYCLE)) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const keyOf = (alert: string | undefined, labels: Readonly<Record<string, string>> = {}): string =>
  `${alert} ${labels['status'] ?? ''}`.trim();

describe('the alert rules', () => {
  test('each status with an SLA has three, and two tell that nothing is measured', () => {
    const timed = STATUSES.filter((status) => LIFECYCLE[status].sla !== null);
    expect(alerts.map(({ alert, labels }) => keyOf(alert, labels)).sort()).toEqual(
      [
        ...timed.flatMap((status) => [
          `OrdersLate ${status}`,
          `OrdersFarTooLate ${status}`,
          `StageStandsStill ${status}`,
        ]),
        'OrderStagesUnmeasured',
        'OrderMovesUnmeasured',
      ].sort(),
    );
  });

  test('ask only for what the shop reports and what the first rules record', () => {
    const known = new Set<string>([...Object.values(PROMETHEUS_NAMES), ...Object.values(FIGURES)]);
    for (const { expr } of rules) {
      const asked = expr.match(/(?:status:)?bezel_[a-z_]+(?::max)?/g) ?? [];
      expect({ expr, asked: asked.length > 0, unknown: asked.filter((name) => !known.has(name)) }).toEqual({
        ...{ expr, asked: true, unknown: [] },
      });
    }
    expect(rules.slice(0, 4).map(({ record }) => record)).toEqual(Object.values(FIGURES));
  });

  test('say how bad it is, whose it is, what it means and where to read on', () => {
    for (const { alert, expr, labels, annotations, ...rule } of alerts) {
      expect({ alert, labels, annotations, for: rule.for }).toEqual({
        ...{ alert, for: '5m' },
        labels: expect.objectContaining({
          severity: expect.stringMatching(/^(warning|critical)$/),
          owner: expect.stringMatching(/^[a-z]+$/),
        }),
        annotations: {
          summary: expect.stringMatching(/\w/),
          description: expect.stringMatching(/\.$/),
          runbook: expect.stringMatching(/^docs\/order-lifecycle\.md/),
        },
      });
    }
  });

  test('look for as long as one order usually takes twice, ten minutes at least and the SLA at most', () => {
    const windows = Object.fromEntries(
      timedStages(LIFECYCLE).map(({ status, stage }) => [status, promDuration(windowMs(stage.sla))]),
    );
    expect(windows).toMatchObject({ SUBMITTED: '600s', PRICING: '600s', APPROVED: '172800s', PACKED: '28800s' });
  });
});

describe('the tests of the alert rules', () => {
  const files = [renderAlertTests(LIFECYCLE), renderAlertTestsOfDays(LIFECYCLE)].map((text) => parse(text) as TestFile);
  const looks = files.flatMap(({ tests }) => tests).flatMap((each) => each.alert_rule_test);

  test('see each alert fire', () => {
    const fired = looks.flatMap(({ alertname, exp_alerts }) =>
      exp_alerts.map(({ exp_labels }) => keyOf(alertname, exp_labels)),
    );
    expect([...new Set(fired)].sort()).toEqual(alerts.map(({ alert, labels }) => keyOf(alert, labels)).sort());
  });

  test('see each alert stay silent', () => {
    const silent = looks.filter(({ exp_alerts }) => exp_alerts.length === 0).map(({ alertname }) => alertname);
    expect([...new Set(silent)].sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
  });

  test('are tests of these rules', () => {
    for (const { rule_files } of files) expect(rule_files).toEqual(['../order-stages.yml']);
  });
});
