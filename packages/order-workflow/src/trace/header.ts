import { defaultPayloadConverter, type Headers } from '@temporalio/common';

/** W3C trace context as text: what `traceparent` and `tracestate` carry. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

const HEADER = 'w3c-trace-context';

/** Reads the trace context of a Temporal header; undefined when there is none. Works inside the workflow sandbox too. */
export function readTrace(headers: Headers): TraceContext | undefined {
  const payload = headers[HEADER];
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload<TraceContext>(payload);
}

/** The headers with the trace context added; unchanged when there is none. */
export const withTrace = (headers: Headers, trace: TraceContext | undefined): Headers =>
  trace === undefined ? headers : { ...headers, [HEADER]: defaultPayloadConverter.toPayload(trace) };
