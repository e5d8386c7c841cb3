import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { type TraceContext, withTrace } from './header.ts';

async function inClientSpan<T>(
  name: string,
  workflowId: string,
  work: (trace?: TraceContext) => Promise<T>,
): Promise<T> {
  const attributes = { 'temporal.workflow.id': workflowId };
  const options = { kind: SpanKind.CLIENT, attributes };
  return trace.getTracer('@bezel/order-workflow').startActiveSpan(name, options, async (span: Span) => {
    try {
      return await work(injected());
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The active span's context as the process's propagator writes it; undefined when it writes none. */
function injected(): TraceContext | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  const { traceparent, tracestate } = carrier;
  if (traceparent === undefined) return undefined;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}

/** Puts the caller's trace context into the header of starts and signals, each under a client span of its own. */
export const traceCalls: WorkflowClientInterceptor = {
  startWithDetails: (input, next) =>
    inClientSpan(`start ${input.workflowType}`, input.options.workflowId, (trace) =>
      next({ ...input, headers: withTrace(input.headers, trace) }),
    ),
  signal: (input, next) =>
    inClientSpan(`signal ${input.signalName}`, input.workflowExecution.workflowId ?? '', (trace) =>
      next({ ...input, headers: withTrace(input.headers, trace) }),
    ),
};
