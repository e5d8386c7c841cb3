import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationType,
  InstrumentType,
  MeterProvider,
  type MetricData,
  MetricReader,
} from '@opentelemetry/sdk-metrics';

/** Collects when `/metrics` is read, and never by itself. */
class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const reader = new PullReader();

/** Upper bounds in seconds: 5 ms resolves a fast read, minutes are what a backlog takes. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * The one metrics SDK of a process: everything (HTTP, outbox, activities, the process itself) records through
 * `@opentelemetry/api` and is read as one Prometheus page. Histograms in seconds share one set of buckets.
 */
export const meterProvider = new MeterProvider({
  readers: [reader],
  views: [
    {
      instrumentType: InstrumentType.HISTOGRAM,
      instrumentUnit: 's',
      aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: SECONDS } },
    },
  ],
});

const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);

/** What Prometheus wants at the end of a name, by OpenTelemetry's unit. */
const SUFFIXES: Readonly<Record<string, string>> = { s: '.seconds', ms: '.milliseconds', By: '.bytes' };

/** The serializer leaves units out of names, where Prometheus looks for them. */
function nameWithUnit(metric: MetricData): MetricData {
  const { descriptor } = metric;
  const suffix = SUFFIXES[descriptor.unit] ?? '';
  const name = descriptor.name.endsWith(suffix) ? descriptor.name : descriptor.name + suffix;
  return { ...metric, descriptor: { ...descriptor, name } };
}

/** The current metrics in Prometheus text format 0.0.4. */
export async function metricsText(): Promise<string> {
  const { resourceMetrics } = await reader.collect();
  return serializer.serialize({
    ...resourceMetrics,
    scopeMetrics: resourceMetrics.scopeMetrics.map((scope) => ({
      ...scope,
      metrics: scope.metrics.map(nameWithUnit),
    })),
  });
}
