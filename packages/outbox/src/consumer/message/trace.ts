import { type Context, context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { TopicPartition } from '../../subscriber/index.ts';
import { INSTRUMENTATION } from '../../telemetry/names.ts';
import { spanContextOf } from '../../telemetry/trace-parent.ts';
import type { Envelope } from './decode.ts';
import type { RoutedMessage } from './route.ts';

/** The context of whoever wrote the message, from its W3C headers; an empty one when it has none. */
export function writersContext({ headers }: Pick<Envelope, 'headers'>): Context {
  const writer = spanContextOf(headers);
  return writer === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, writer);
}

/** Runs the work in a consumer span that continues the message's trace. What is logged or written inside joins it. */
export async function asConsumerSpan(
  {
    groupId,
    partition,
    routed,
  }: { groupId: string; partition: TopicPartition; routed: RoutedMessage & { kind: 'handle' } },
  work: () => Promise<void>,
): Promise<void> {
  const parent = writersContext(routed.envelope);
  const span: Span = trace.getTracer(INSTRUMENTATION).startSpan(
    `process ${partition.topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.destination.name': partition.topic,
        'messaging.destination.partition.id': String(partition.partition),
        'messaging.consumer.group.name': groupId,
        'messaging.kafka.offset': Number(routed.message.offset),
        'messaging.message.id': routed.envelope.id,
        'cloudevents.event_id': routed.envelope.id,
        'cloudevents.event_type': routed.envelope.type,
        'cloudevents.event_source': routed.envelope.source,
      },
    },
    parent,
  );
  try {
    await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
