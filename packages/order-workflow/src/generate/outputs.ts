import { renderAlertTests } from '../alerts/alert-tests.ts';
import { renderAlerts } from '../alerts/alerts.ts';
import { renderReconcilerAlerts, renderReconcilerAlertTests } from '../alerts/reconciler-alerts.ts';
import { renderAlertTestsOfDays } from '../alerts/standing-still-tests.ts';
import { renderSweeperAlerts, renderSweeperAlertTests } from '../alerts/sweeper-rules.ts';
import type { Lifecycle } from '../lifecycle/index.ts';
import { renderLifecyclePage } from './lifecycle-page.ts';
import { renderOrderStatuses } from './order-statuses.ts';
import { renderPartnerPage } from './partner-page.ts';

/** The root of the repository. */
export const ROOT = new URL('../../../../', import.meta.url);

/**
 * Every file that is written from the stage contract, by its path from the root of the repository. The migrations are not
 * among them: those are added to and never rewritten (`constraints.ts`).
 */
export const OUTPUTS: Readonly<Record<string, (lifecycle: Lifecycle) => string>> = {
  'packages/contracts/src/order-statuses.ts': renderOrderStatuses,
  'docs/order-lifecycle.md': renderLifecyclePage,
  'docs/partners/order-statuses.md': renderPartnerPage,
  'infra/prometheus/rules/order-stages.yml': renderAlerts,
  'infra/prometheus/rules/tests/order-stages.yml': renderAlertTests,
  'infra/prometheus/rules/tests/order-stages-days.yml': renderAlertTestsOfDays,
  'infra/prometheus/rules/sweepers.yml': renderSweeperAlerts,
  'infra/prometheus/rules/tests/sweepers.yml': renderSweeperAlertTests,
  'infra/prometheus/rules/reconciler.yml': renderReconcilerAlerts,
  'infra/prometheus/rules/tests/reconciler.yml': renderReconcilerAlertTests,
};
