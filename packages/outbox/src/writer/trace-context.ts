import { context, isSpanContextValid, type Span, SpanKind, trace } from '@opentelemetry/api';
import { INSTRUMENTATION } from '../telemetry/names.ts';

/**
 * Opens the span that stands for a message from the moment it is written. Whoever handles the message continues it,
 * however long that takes.
 */
export function startCreateSpan(message: { id: string; topic: string; type: string; key: string }): Span {
  return trace.getTracer(INSTRUMENTATION).startSpan(
    `create ${message.topic}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'create',
        'messaging.destination.name': message.topic,
        'messaging.message.id': message.id,
        'messaging.kafka.message.key': message.key,
        'cloudevents.event_type': message.type,
      },
    },
    context.active(),
  );
}

/** W3C trace context of a span as headers; empty when nothing traces. */
export function traceHeaders(span: Span): { traceparent?: string; tracestate?: string } {
  const { traceId, spanId, traceFlags, traceState, ...rest } = span.spanContext();
  if (!isSpanContextValid({ traceId, spanId, traceFlags, ...rest })) {
    return {};
  }
  const state = traceState?.serialize();
  return {
    traceparent: `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, '0')}`,
    ...(state ? { tracestate: state } : {}),
  };
}
