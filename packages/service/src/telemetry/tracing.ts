import { type Attributes, type Context, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** What {@link startTracing} needs to know. */
export interface TracingOptions {
  /** `service.name` of every span. */
  readonly service: string;
  /** `service.instance.id`. */
  readonly instance?: string | undefined;
  /** OTLP over HTTP, such as `http://127.0.0.1:4318`. Without it spans are made and propagated but sent nowhere. */
  readonly otlpEndpoint?: string | undefined;
  /** Further processors; tests collect spans with one. */
  readonly processors?: readonly SpanProcessor[];
}

/** Registers the tracer provider of this process. `stop` sends what is still held, for 2 s at most. */
export function startTracing(options: TracingOptions): { stop(): Promise<void> } {
  const exporting =
    options.otlpEndpoint === undefined
      ? []
      : [
          new BatchSpanProcessor({
            exporter: new OTLPTraceExporter({
              url: new URL('v1/traces', options.otlpEndpoint.replace(/\/?$/, '/')).href,
              timeoutMillis: 2_000,
            }),
          }),
        ];
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.service,
      'service.namespace': 'bezel',
      ...(options.instance === undefined ? {} : { 'service.instance.id': options.instance }),
    }),
    spanProcessors: [...exporting, ...(options.processors ?? [])],
  });
  trace.setGlobalTracerProvider(provider);
  return {
    async stop() {
      const late = AbortSignal.timeout(2_000);
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        new Promise<void>((resolve) => late.addEventListener('abort', () => resolve(), { once: true })),
      ]);
    },
  };
}

/** The id of the running trace, as problem documents and log lines show it. */
export function traceId(): string | undefined {
  const id = trace.getActiveSpan()?.spanContext().traceId;
  return id === undefined || /^0+$/.test(id) ? undefined : id;
}

/**
 * Runs `work` inside a span of its own, which is marked failed when `work` throws.
 *
 * @example await inSpan('shop.move-order', { attributes: { 'order.id': id } }, () => move(id));
 */
export async function inSpan<T>(
  name: string,
  options: { readonly kind?: SpanKind; readonly attributes?: Attributes; readonly parent?: Context },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const { parent = context.active(), kind = SpanKind.INTERNAL, attributes = {} } = options;
  return trace.getTracer('@bezel/service').startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
