import { setTimeout as delay } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import { log } from '../telemetry/index.ts';

/** What one look of a sweep came to. */
export interface Swept {
  /** Rows it dealt with. */
  readonly swept: number;
  /** Rows that wait still. */
  readonly waiting: number;
  /** For how long the one has that waits longest; 0 without one. */
  readonly oldestMs: number;
}

/** A periodic job that looks for what was forgotten. It may be at it in any number of processes. */
export interface Sweep {
  readonly name: string;
  /** Ms between two looks. */
  readonly everyMs: number;
  /** Looks once. `elsewhere`: another process is at it (see `exclusively`). */
  look(signal: AbortSignal): Promise<Swept | 'elsewhere'>;
}

/** Sweeps that run. */
export interface RunningSweeps {
  /** Ends after the looks under way, which are told by their signal. */
  stop(): Promise<void>;
}

/**
 * What sweeps report, as OpenTelemetry names; all have the labels `app` and `sweeper`. The alerts are written with these
 * (`packages/order-workflow/src/alerts`).
 */
export const SWEEP_METRICS = {
  /** Gauge in seconds: since when this process has not finished a look; until the first, since it began. */
  age: 'bezel.sweeper.age',
  /** Gauge in seconds, of the last look: for how long the row has waited that waits longest; 0 without one. */
  oldest: 'bezel.sweeper.oldest',
  /** Gauge, of the last look: rows that wait. */
  waiting: 'bezel.sweeper.waiting',
  /** Counter: rows that were dealt with. */
  swept: 'bezel.sweeper.swept',
} as const;

/**
 * Runs sweeps, each at once and then in its own rhythm, until it is stopped. A look that fails is logged and the next one
 * comes at its time; the age that is reported says that none was finished. A look that was another process's says nothing:
 * that process reports it.
 */
export function startSweeps(app: string, sweeps: readonly Sweep[]): RunningSweeps {
  const meter = metrics.getMeter('@bezel/service');
  const age = meter.createObservableGauge(SWEEP_METRICS.age, {
    ...{ unit: 's', description: 'Since when a sweeper has not finished a look.' },
  });
  const oldest = meter.createObservableGauge(SWEEP_METRICS.oldest, {
    ...{ unit: 's', description: 'How long the row has waited that waits longest for a sweeper.' },
  });
  const waiting = meter.createObservableGauge(SWEEP_METRICS.waiting, { description: 'Rows that wait for a sweeper.' });
  const dealtWith = meter.createCounter(SWEEP_METRICS.swept, { description: 'Rows a sweeper has dealt with.' });

  const ending = new AbortController();
  const known = new Map<string, { at: number; last: Swept | undefined }>();

  async function run(sweep: Sweep): Promise<void> {
    const labels = { app, sweeper: sweep.name };
    while (!ending.signal.aborted) {
      try {
        const swept = await sweep.look(ending.signal);
        if (swept !== 'elsewhere') {
          known.set(sweep.name, { at: performance.now(), last: swept });
          dealtWith.add(swept.swept, labels);
          if (swept.swept > 0) log.info({ 'event.action': 'swept', 'bezel.sweeper': sweep.name, ...swept }, 'swept');
        }
      } catch (error) {
        if (!ending.signal.aborted) {
          log.warn({ err: error, 'bezel.sweeper': sweep.name }, `the sweeper ${sweep.name} could not look`);
        }
      }
      await delay(sweep.everyMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
    }
  }

  const report: Parameters<typeof meter.addBatchObservableCallback>[0] = (observer) => {
    for (const [sweeper, { at, last }] of known) {
      const labels = { app, sweeper };
      observer.observe(age, (performance.now() - at) / 1_000, labels);
      observer.observe(oldest, (last?.oldestMs ?? 0) / 1_000, labels);
      observer.observe(waiting, last?.waiting ?? 0, labels);
    }
  };
  for (const { name } of sweeps) known.set(name, { at: performance.now(), last: undefined });
  meter.addBatchObservableCallback(report, [age, oldest, waiting]);
  const running = sweeps.map(run);
  return {
    async stop() {
      ending.abort();
      await Promise.all(running);
      meter.removeBatchObservableCallback(report, [age, oldest, waiting]);
    },
  };
}
