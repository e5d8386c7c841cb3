import {
  type Attributes,
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { asError } from '../../errors/as-error.ts';
import type { TopicPartition } from '../../subscriber/index.ts';
import { INSTRUMENTATION } from '../../telemetry/names.ts';
import { spanContextOf } from '../../telemetry/trace-parent.ts';
import type { Envelope } from './decode.ts';
import type { HandledMessage } from './route.ts';

/** The context of whoever wrote the message, from its W3C headers; an empty one when it has none. */
export function writersContext({ headers }: Pick<Envelope, 'headers'>): Context {
  const writer = spanContextOf(headers);
  return writer === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, writer);
}

/** It stands in for that of a provider, also of one that is registered later. */
const tracer = trace.getTracer(INSTRUMENTATION);

/** What stands in for a provider until there is one. A later version of the API may do without it. */
interface StandIn extends TracerProvider {
  getDelegateTracer?(name: string): Tracer | undefined;
}

/**
 * Whether anybody takes spans. Where nobody does, to make one and throw it away would cost more than many a handler; the
 * writer's context is passed on all the same, for what is written inside.
 */
function isTraced(): boolean {
  const provider: StandIn = trace.getTracerProvider();
  return provider.getDelegateTracer === undefined || provider.getDelegateTracer(INSTRUMENTATION) !== undefined;
}

interface Spanned {
  readonly groupId: string;
  readonly partition: TopicPartition;
}

/** Runs the work in a consumer span that continues the message's trace. What is logged or written inside joins it. */
export async function asConsumerSpan(
  { groupId, partition, routed }: Spanned & { readonly routed: HandledMessage },
  work: () => Promise<void>,
): Promise<void> {
  const parent = writersContext(routed.envelope);
  if (!isTraced()) {
    await context.with(parent, work);
    return;
  }
  const attributes = {
    ...attributesOf(groupId, partition),
    'messaging.kafka.offset': Number(routed.message.offset),
    'messaging.message.id': routed.envelope.id,
    'cloudevents.event_id': routed.envelope.id,
    'cloudevents.event_type': routed.envelope.type,
    'cloudevents.event_source': routed.envelope.source,
  };
  await asSpan({ partition, attributes, links: [], parent }, work);
}

/** Runs the work in a consumer span of its own, linked to the trace of each message. */
export async function asBatchSpan(
  { groupId, partition, messages }: Spanned & { readonly messages: readonly HandledMessage[] },
  work: () => Promise<void>,
): Promise<void> {
  if (!isTraced()) {
    await context.with(ROOT_CONTEXT, work);
    return;
  }
  const links = messages.flatMap(({ envelope }) => {
    const writer = spanContextOf(envelope.headers);
    return writer === undefined ? [] : [{ context: writer, attributes: { 'messaging.message.id': envelope.id } }];
  });
  const attributes = { ...attributesOf(groupId, partition), 'messaging.batch.message_count': messages.length };
  await asSpan({ partition, attributes, links, parent: ROOT_CONTEXT }, work);
}

const attributesOf = (groupId: string, { topic, partition }: TopicPartition): Attributes => ({
  'messaging.system': 'kafka',
  'messaging.operation.type': 'process',
  'messaging.operation.name': 'process',
  'messaging.destination.name': topic,
  'messaging.destination.partition.id': String(partition),
  'messaging.consumer.group.name': groupId,
});

interface Start {
  readonly partition: TopicPartition;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly parent: Context;
}

async function asSpan({ partition, attributes, links, parent }: Start, work: () => Promise<void>): Promise<void> {
  const options = { kind: SpanKind.CONSUMER, attributes, links };
  const span = tracer.startSpan(`process ${partition.topic}`, options, parent);
  try {
    await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    span.recordException(asError(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
