import { stringify } from 'yaml';
import { generatedFrom } from '../generate/generated-by.ts';
import type { Lifecycle } from '../lifecycle/index.ts';
import { figureRules } from './figures.ts';
import { alertsOf, timedStages, unmeasured } from './stage-alerts.ts';

/**
 * `infra/prometheus/rules/order-stages.yml`: one group, because the rules of a group are evaluated in their order and the
 * alerts read what the first rules record.
 */
export const renderAlerts = (lifecycle: Lifecycle): string =>
  asYaml({
    groups: [
      {
        name: 'order-stages',
        rules: [...figureRules, ...timedStages(lifecycle).flatMap(alertsOf), ...unmeasured(lifecycle)],
      },
    ],
  });

/** A document with the head every generated file has, and no line folded: expressions stay searchable. */
export const asYaml = (document: object, from = 'lifecycle/stages.ts'): string =>
  `# ${generatedFrom(from)}\n${stringify(document, { lineWidth: 0 })}`;
