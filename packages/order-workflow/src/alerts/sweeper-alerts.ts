import { durationInWords } from '../lifecycle/index.ts';
import { type OwningApp, SWEEPERS, type SweeperName } from '../sweepers/sweepers.ts';
import type { AlertRule } from './stage-alerts.ts';

/** What `@bezel/service` reports of periodic jobs, and `@bezel/outbox` of relays and consumers, as Prometheus names it. */
export const SWEEPER_FIGURES = {
  age: 'bezel_sweeper_age_seconds',
  oldest: 'bezel_sweeper_oldest_seconds',
  lagDuration: 'bezel_outbox_lag_duration_seconds',
  lease: 'bezel_outbox_lease',
  parkedKeys: 'bezel_outbox_parked_keys',
  consumerLag: 'bezel_outbox_consumer_lag',
  stuck: 'bezel_outbox_consumer_stuck',
  consumerParkedKeys: 'bezel_outbox_consumer_parked_keys',
  slotLooks: 'bezel_outbox_slot_looks_total',
} as const;

/** A periodic job in one app. */
export interface PlacedSweep {
  readonly app: OwningApp;
  readonly sweeper: SweeperName;
  readonly everyMs: number;
  readonly ageLimitMs: number;
}

/** Every periodic job, once an app that runs it. */
export const placedSweeps: readonly PlacedSweep[] = Object.entries(SWEEPERS).flatMap(
  ([sweeper, { runsIn, watched }]) =>
    watched.as !== 'sweep' ? [] : runsIn.map(({ app }) => ({ ...watched, app, sweeper: sweeper as SweeperName })),
);

/** After how many s without a finished look a job counts as dead: three looks, and a scrape or two. */
export const deadAfterSeconds = ({ everyMs }: Pick<PlacedSweep, 'everyMs'>): number => (3 * everyMs + 120_000) / 1_000;

const RUNBOOK = 'docs/order-lifecycle.md#sweepers';

/**
 * The alerts of one periodic job: nobody has finished a look for long (in no process, or it is not reported at all), and
 * something has waited for longer than its limit. Of several processes the youngest look counts, and the oldest row of those
 * whose look is young enough to be of now.
 */
export function alertsOfSweep(sweep: PlacedSweep): readonly [dead: AlertRule, behind: AlertRule] {
  const { app, sweeper, ageLimitMs } = sweep;
  const of = `{app="${app}",sweeper="${sweeper}"}`;
  const dead = deadAfterSeconds(sweep);
  const labels = { app, sweeper, owner: 'operators' };
  const { looksFor } = SWEEPERS[sweeper];
  const { age, oldest } = SWEEPER_FIGURES;
  return [
    {
      alert: 'SweeperDead',
      expr: `min by (app, sweeper) (${age}${of}) > ${dead} or absent(${age}${of})`,
      for: '5m',
      labels: { ...labels, severity: 'critical' },
      annotations: {
        summary: `Nobody sweeps ${sweeper} of ${app}`,
        description: `For more than ${durationInWords(dead * 1_000)} no process has looked for ${looksFor}.`,
        runbook: RUNBOOK,
      },
    },
    {
      alert: 'SweeperBehind',
      expr: `max by (app, sweeper) (${oldest}${of} and on (job, instance, app, sweeper) ${age} < ${dead}) > ${ageLimitMs / 1_000}`,
      for: '5m',
      labels: { ...labels, severity: 'warning' },
      annotations: {
        summary: `The sweeper ${sweeper} of ${app} does not get something done`,
        description: `It looks for ${looksFor}. One has waited for longer than ${durationInWords(ageLimitMs)}.`,
        runbook: RUNBOOK,
      },
    },
  ];
}

/** Consumer groups of the apps; a process of each must be there. */
export const CONSUMER_GROUPS: Readonly<Record<OwningApp, string>> = {
  shop: 'shop.orchestrator',
  mes: 'mes.board',
  crm: 'crm',
};

/** Messages on a topic that a group may be behind. */
export const CONSUMER_LAG_LIMIT = 1_000;

/** The alerts of relays, consumers and retention, whatever the apps are. */
export function alertsOfOutbox(): readonly AlertRule[] {
  const { lagDuration, lease, parkedKeys, consumerLag, stuck, consumerParkedKeys, slotLooks } = SWEEPER_FIGURES;
  const alert = (
    name: string,
    severity: 'warning' | 'critical',
    [expr, forMinutes]: readonly [string, number],
    [summary, description]: readonly [string, string],
    labels: Readonly<Record<string, string>> = {},
  ): AlertRule => ({
    alert: name,
    expr,
    for: `${forMinutes}m`,
    labels: { ...labels, owner: 'operators', severity },
    annotations: { summary, description, runbook: 'packages/outbox/docs/operating.md' },
  });
  const behindSeconds = SWEEPERS.relay.watched.ageLimitMs / 1_000;
  return [
    alert(
      'OutboxBehind',
      'critical',
      [`max by (job, shard) (${lagDuration}) > ${behindSeconds}`, 5],
      [
        'Messages are written and not published',
        `What was committed more than ${behindSeconds} s ago is not on its topic.`,
      ],
    ),
    alert(
      'OutboxUnpublished',
      'critical',
      [`max by (job, shard) (${lease}) == 0 or absent(${lease} == 1)`, 5],
      ['Nobody publishes a shard of an outbox', 'No relay holds it: what is written there waits.'],
    ),
    alert(
      'OutboxKeyParked',
      'critical',
      [`sum by (job) (${parkedKeys}) > 0`, 5],
      ['A key of an outbox is parked', '{{ $value }} orders have messages that Kafka refused for good.'],
    ),
    ...Object.entries(CONSUMER_GROUPS).map(([app, group]) =>
      alert(
        'ConsumerAbsent',
        'critical',
        [`absent(${consumerLag}{group="${group}"})`, 5],
        [`Nobody consumes as ${group}`, `No consumer of ${app} reports: what is on the topics waits.`],
        { group },
      ),
    ),
    alert(
      'ConsumerStandsStill',
      'critical',
      [`sum by (group, topic) (${stuck}) > 0`, 5],
      ['A consumer stands still', '{{ $value }} of its partitions wait behind a message that fails.'],
    ),
    alert(
      'ConsumerBehind',
      'warning',
      [`sum by (group, topic) (${consumerLag}) > ${CONSUMER_LAG_LIMIT}`, 10],
      ['A consumer is behind', '{{ $value }} messages wait for it.'],
    ),
    alert(
      'ConsumerKeyParked',
      'critical',
      [`sum by (group, topic) (${consumerParkedKeys}) > 0`, 5],
      ['A consumer has parked a key', '{{ $value }} orders have messages that could not be acted on.'],
    ),
    alert(
      'RetentionStandsStill',
      'warning',
      [`(sum(increase(${slotLooks}[30m])) or vector(0)) == 0`, 5],
      ['Nobody empties the outboxes', 'For half an hour no relay has looked whether a day can be emptied.'],
    ),
  ];
}

/** Every alert on sweepers. */
export const sweeperAlerts = (): readonly AlertRule[] => [...placedSweeps.flatMap(alertsOfSweep), ...alertsOfOutbox()];
