import type { Series } from './alert-worlds.ts';
import type { AlertRule } from './stage-alerts.ts';

/** One look of promtool at one alert. */
export interface Look {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly { exp_labels: object; exp_annotations: object }[];
}

/** One test of `promtool test rules`. */
export interface TestCase {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly Series[];
  readonly alert_rule_test: readonly Look[];
}

/** No alert of this name fires. */
export const silent = (minutes: number, alertname: string): Look => ({
  eval_time: `${minutes}m`,
  alertname,
  exp_alerts: [],
});

/** These alerts of one name fire and no other of that name, each with the value its text shows. */
export const firing = (minutes: number, alerts: readonly (readonly [rule: AlertRule, value: number])[]): Look => ({
  eval_time: `${minutes}m`,
  alertname: alerts[0]?.[0].alert ?? '',
  exp_alerts: alerts.map(([rule, value]) => ({
    exp_labels: rule.labels,
    exp_annotations: Object.fromEntries(
      Object.entries(rule.annotations).map(([name, text]) => [name, text.replaceAll('{{ $value }}', String(value))]),
    ),
  })),
});
