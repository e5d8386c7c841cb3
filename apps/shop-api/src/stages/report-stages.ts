import { setTimeout as delay } from 'node:timers/promises';
import { STAGE_METRICS } from '@bezel/order-workflow';
import { logProblem, type Role } from '@bezel/service';
import { metrics } from '@opentelemetry/api';
import type { StageFigures } from './stage-figures.ts';

/** Prometheus waits for a page as long as the slowest answer on it: with nothing new by then, the old is told. */
const PATIENCE_MS = 2_000;

/**
 * Reports how the orders stand in each status, whenever metrics are collected, until the answer is called; the process is
 * meant to end then. `read` is asked at each collection, by one at a time.
 *
 * Any number of processes may do this: each answers for the whole database, and the alert rules take one answer
 * (`infra/prometheus/rules`). An SDK goes on reporting what was observed last, so it is also told how old that is: figures
 * that could not be read again do not count as figures of now.
 */
export function reportStages(read: () => Promise<readonly StageFigures[]>): () => void {
  const meter = metrics.getMeter('@bezel/shop-api');
  const orders = meter.createObservableGauge(STAGE_METRICS.orders, { description: 'Orders in a status.' });
  const oldest = meter.createObservableGauge(STAGE_METRICS.oldest, {
    ...{ unit: 's', description: 'How long the order that is longest in a status has been there.' },
  });
  const late = meter.createObservableGauge(STAGE_METRICS.late, {
    description: 'Orders in a status that have passed its SLA.',
  });
  const overdue = meter.createObservableGauge(STAGE_METRICS.overdue, {
    ...{ unit: 's', description: 'How long ago the order that is latest in a status passed its deadline.' },
  });
  const age = meter.createObservableGauge(STAGE_METRICS.age, {
    ...{
      unit: 's',
      description: 'How old the figures of the stages are; until the first, since when they are missing.',
    },
  });

  let figures: readonly StageFigures[] = [];
  let readAt = performance.now();
  let reading: Promise<void> | undefined;

  async function readAgain(): Promise<void> {
    const began = performance.now();
    try {
      figures = await read();
      readAt = began;
    } catch (error) {
      logProblem({ kind: 'stages', error: error as Error });
    } finally {
      reading = undefined;
    }
  }

  const report: Parameters<typeof meter.addBatchObservableCallback>[0] = async (observer) => {
    reading ??= readAgain();
    await Promise.race([reading, delay(PATIENCE_MS, undefined, { ref: false })]);
    for (const each of figures) {
      const labels = { status: each.status };
      observer.observe(orders, each.orders, labels);
      observer.observe(oldest, each.oldestSeconds, labels);
      observer.observe(late, each.late, labels);
      observer.observe(overdue, each.overdueSeconds, labels);
    }
    observer.observe(age, (performance.now() - readAt) / 1_000);
  };
  const instruments = [orders, oldest, late, overdue, age];
  meter.addBatchObservableCallback(report, instruments);
  return () => meter.removeBatchObservableCallback(report, instruments);
}

/** A role that also reports the stages, for as long as it runs. */
export function reportingStages(role: Role, read: () => Promise<readonly StageFigures[]>): Role {
  let end = (): void => {};
  return {
    ...role,
    async start(fatal) {
      await role.start(fatal);
      end = reportStages(read);
    },
    async stop() {
      end();
      await role.stop();
    },
  };
}
