import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { PublishResult } from '../../publisher/publisher.ts';
import { INSTRUMENTATION } from '../../telemetry/names.ts';
import { spanContextOf } from '../../telemetry/trace-parent.ts';
import type { LaneMessage } from '../shards/lane.ts';

/**
 * Starts a producer span for each message that was written inside a trace, as a child of its writer's span. The message
 * keeps the writer's `traceparent`: its bytes were fixed when its transaction committed.
 *
 * @returns a function that ends the spans with what became of the messages
 */
export function startPublishSpans(batch: readonly LaneMessage[]): (results: readonly PublishResult[]) => void {
  const tracer = trace.getTracer(INSTRUMENTATION);
  const spans: (Span | undefined)[] = batch.map(({ message }) => {
    const { headers, topic, id, type, source } = message;
    const parent = spanContextOf(headers ?? {});
    if (parent === undefined) {
      return undefined;
    }
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'publish',
      'messaging.destination.name': topic,
      'messaging.message.id': id,
      'cloudevents.event_id': id,
      'cloudevents.event_type': type,
      'cloudevents.event_source': source,
    };
    const context = trace.setSpanContext(ROOT_CONTEXT, parent);
    return tracer.startSpan(`publish ${topic}`, { kind: SpanKind.PRODUCER, attributes }, context);
  });
  return (results) => {
    for (const [n, span] of spans.entries()) {
      const result = results[n];
      if (span !== undefined && result !== undefined && !result.ok) {
        span.recordException(result.error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: result.kind });
      }
      span?.end();
    }
  };
}
