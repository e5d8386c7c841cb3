import { PROMETHEUS_NAMES } from './metrics.ts';

/**
 * The figures of the stages, one a status however many processes of the shop report them, as recording rules.
 *
 * Each process answers for the whole database. One that cannot read it goes on reporting what it read last and says how
 * old that is, so what is too old is left out; of the rest the highest counts, which differs by a scrape at most.
 */
export const FIGURES = {
  orders: `status:${PROMETHEUS_NAMES.orders}:max`,
  oldest: `status:${PROMETHEUS_NAMES.oldest}:max`,
  late: `status:${PROMETHEUS_NAMES.late}:max`,
  overdue: `status:${PROMETHEUS_NAMES.overdue}:max`,
} as const;

/** Figures older than this, in seconds, count as not there. */
const TOO_OLD_SECONDS = 120;

/** A rule that keeps the value of an expression as a series. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export const figureRules: readonly RecordingRule[] = (['orders', 'oldest', 'late', 'overdue'] as const).map(
  (figure) => ({
    record: FIGURES[figure],
    expr: `max by (status) (${PROMETHEUS_NAMES[figure]} and on (job, instance) ${PROMETHEUS_NAMES.age} < ${TOO_OLD_SECONDS})`,
  }),
);
