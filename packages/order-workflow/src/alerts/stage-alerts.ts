import { durationInWords, type Lifecycle, type Stage, type StageSla, transitionsOf } from '../lifecycle/index.ts';
import { FIGURES } from './figures.ts';
import { PROMETHEUS_NAMES } from './metrics.ts';

/** An alert as Prometheus takes it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A stage that can be late. */
export interface TimedStage {
  readonly status: string;
  readonly stage: Stage<string> & { readonly sla: StageSla };
}

/**
 * An order is far too late when it passed its deadline more than this many times the SLA ago. From its deadline, because a
 * partner may have another SLA than the contract's.
 */
export const FAR = 2;

/** Where a stage's orders go when they are given up. Whoever ends them so does none of the stage's work. */
const GIVEN_UP = 'CANCELLED';

const MINUTE = 60_000;
/** Shorter than this, a stage in which nobody ended anything proves nothing. */
const SHORTEST_WINDOW_MS = 10 * MINUTE;

/** The stages with an SLA: only in these somebody of ours can be late. */
export const timedStages = (lifecycle: Lifecycle): TimedStage[] =>
  Object.entries(lifecycle).flatMap(([status, stage]) =>
    stage.sla === null ? [] : [{ status, stage: { ...stage, sla: stage.sla } }],
  );

/** The statuses that are measured: all that are not final. */
export const measuredStatuses = (lifecycle: Lifecycle): string[] =>
  Object.keys(lifecycle).filter((status) => lifecycle[status]?.final === false);

/** How many moves there are, whatever makes them. */
export const countOfMoves = (lifecycle: Lifecycle): number =>
  new Set(transitionsOf(lifecycle).map(({ from, to }) => `${from} ${to}`)).size;

/** How long nothing leaves a stage before that is news: twice what one order usually takes, and no longer than its SLA. */
export const windowMs = ({ withinMs, typicalMs }: StageSla): number =>
  Math.max(SHORTEST_WINDOW_MS, Math.min(withinMs, 2 * typicalMs));

/** A duration as PromQL writes it, in seconds. */
export const promDuration = (ms: number): string => `${ms / 1_000}s`;

/** The alerts of one stage: late, far too late, and not moving at all. */
export function alertsOf({ status, stage }: TimedStage): AlertRule[] {
  const { sla } = stage;
  // The status is in the result too; here it keeps the rules apart.
  const labels = { status, owner: stage.owner ?? 'nobody' };
  const runbook = `docs/order-lifecycle.md#${status.toLowerCase()}`;
  const window = promDuration(windowMs(sla));
  const orders = `${FIGURES.orders}{status="${status}"}`;
  return [
    {
      alert: 'OrdersLate',
      expr: `${FIGURES.late}{status="${status}"} > 0`,
      for: '5m',
      labels: { ...labels, severity: 'warning' },
      annotations: {
        summary: `Orders are late in ${status}`,
        description: `{{ $value }} of the orders in ${status} came there more than ${durationInWords(sla.withinMs)} ago, their SLA.`,
        runbook,
      },
    },
    {
      alert: 'OrdersFarTooLate',
      expr: `${FIGURES.overdue}{status="${status}"} > ${(FAR * sla.withinMs) / 1_000}`,
      for: '5m',
      labels: { ...labels, severity: 'critical' },
      annotations: {
        summary: `An order is far too late in ${status}`,
        description: `An order in ${status} passed its deadline more than ${durationInWords(FAR * sla.withinMs)} ago, ${FAR} times the SLA.`,
        runbook,
      },
    },
    {
      alert: 'StageStandsStill',
      // Without a value from before the window nothing is said: a Prometheus that has just started has seen no window yet. Nor
      // while no order has been there for as long as the window: in a quiet shop, that nothing left says nothing.
      expr: `${orders} > ${orders} offset ${window} and ${FIGURES.oldest}{status="${status}"} > ${windowMs(sla) / 1_000} unless on () sum(increase(${PROMETHEUS_NAMES.moves}{from="${status}",to!="${GIVEN_UP}"}[${window}])) > 0`,
      for: '5m',
      labels: { ...labels, severity: 'critical' },
      annotations: {
        summary: `Nothing leaves ${status}`,
        description: `Orders come to ${status}, and for ${durationInWords(windowMs(sla))} none has left it but by being cancelled. {{ $value }} are there.`,
        runbook,
      },
    },
  ];
}

/**
 * One alert of one stage.
 *
 * @throws Error when the stage has none of that name
 */
export function ruleOf(lifecycle: Lifecycle, alert: string, status: string): AlertRule {
  const stage = timedStages(lifecycle).find((timed) => timed.status === status);
  const rule = stage && alertsOf(stage).find((candidate) => candidate.alert === alert);
  if (rule === undefined) throw new Error(`there is no alert ${alert} of ${status}`);
  return rule;
}

/** Without figures no other alert can fire. */
export const unmeasured = (lifecycle: Lifecycle): readonly [figures: AlertRule, moves: AlertRule] => [
  {
    alert: 'OrderStagesUnmeasured',
    expr: `(count(${FIGURES.orders}) or vector(0)) < ${measuredStatuses(lifecycle).length}`,
    for: '5m',
    labels: { owner: 'operators', severity: 'critical' },
    annotations: {
      summary: 'Nobody measures the stages of the orders',
      description: `Fresh figures of only {{ $value }} statuses, of ${measuredStatuses(lifecycle).length}: late orders would not be seen.`,
      runbook: 'docs/order-lifecycle.md',
    },
  },
  {
    alert: 'OrderMovesUnmeasured',
    expr: `(count(count by (from, to) (${PROMETHEUS_NAMES.moves})) or vector(0)) < ${countOfMoves(lifecycle)}`,
    for: '5m',
    labels: { owner: 'operators', severity: 'warning' },
    annotations: {
      summary: 'Nobody counts the moves of the orders',
      description: `Only {{ $value }} of ${countOfMoves(lifecycle)} moves are counted: no worker of the shop runs, or it cannot be scraped.`,
      runbook: 'docs/order-lifecycle.md',
    },
  },
];
