import { HOPS } from '@bezel/ledger';
import { AGES, type ReconcilerFigures, TROUBLE_SOURCES } from '@bezel/ledger/reconciler';
import { RECONCILER_METRICS } from '@bezel/order-workflow';
import { metrics } from '@opentelemetry/api';

const meter = () => metrics.getMeter('@bezel/reconciler');

/** What is not known. It is neither 0 nor above 0, and an SDK would go on telling the last value of what is left out. */
const UNKNOWN = Number.NaN;

/**
 * Reports what a reconciler knows whenever metrics are collected, until the answer is called. Of one that stands by only that,
 * and what it cannot reach, is a number: of the orders only the one that leads knows.
 */
export function reportFigures(read: () => ReconcilerFigures): () => void {
  const gauge = (name: string, description: string, unit?: string) =>
    meter().createObservableGauge(name, unit === undefined ? { description } : { description, unit });
  const unaccounted = gauge(
    RECONCILER_METRICS.unaccounted,
    'Orders unaccounted for, by the hop where the trail breaks.',
  );
  const leads = gauge(RECONCILER_METRICS.leads, 'Whether this process audits (1) or stands by (0).');
  const inQuestion = gauge(RECONCILER_METRICS.inQuestion, 'Orders that are looked at again.');
  const roundAge = gauge(RECONCILER_METRICS.roundAge, 'Since when no look at what has changed has ended.', 's');
  const againAge = gauge(
    RECONCILER_METRICS.againAge,
    'Since when no look at the orders in question has ended, or one waits for its second; the new and the old ones.',
    's',
  );
  const passAge = gauge(RECONCILER_METRICS.passAge, 'Since when no pass over all orders has ended.', 's');
  const blind = gauge(RECONCILER_METRICS.blind, 'Whether a source keeps the reconciler from its work.');

  const all = [unaccounted, leads, inQuestion, roundAge, againAge, passAge, blind];
  const report: Parameters<ReturnType<typeof meter>['addBatchObservableCallback']>[0] = (observer) => {
    const figures = read();
    observer.observe(leads, figures.leads ? 1 : 0);
    for (const source of TROUBLE_SOURCES) observer.observe(blind, figures.troubles.has(source) ? 1 : 0, { source });
    const known = (value: number): number => (figures.leads ? value : UNKNOWN);
    for (const hop of HOPS) observer.observe(unaccounted, figures.unaccounted.get(hop) ?? UNKNOWN, { hop });
    observer.observe(inQuestion, known(figures.inQuestion));
    observer.observe(roundAge, known(figures.roundAgeMs / 1_000));
    for (const orders of AGES) observer.observe(againAge, known(figures.againAgeMs[orders] / 1_000), { orders });
    observer.observe(passAge, known(figures.passAgeMs / 1_000));
  };
  meter().addBatchObservableCallback(report, all);
  return () => meter().removeBatchObservableCallback(report, all);
}

/** Counts repairs, by kind and by what became of them. */
export function countRepairs(): (kind: string, outcome: string) => void {
  const counter = meter().createCounter(RECONCILER_METRICS.repairs, { description: 'Repairs that were asked for.' });
  return (kind, outcome) => counter.add(1, { kind, outcome });
}
