/**
 * Import this first in `main.ts`: it registers the metrics SDK and context propagation, and OpenTelemetry's metrics API
 * hands out instruments that never record when it is asked before that. Traces start with `startTracing`.
 */
import './register.ts';

export { log, setLogIdentity } from './log.ts';
export { metricsText } from './metrics.ts';
export { concernedOrder, concernsOrder, withOrder } from './order.ts';
export { inSpan, startTracing, traceId } from './tracing.ts';
