import { ecsFormat } from '@elastic/ecs-pino-format';
import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';
import { concernedOrder } from './order.ts';

const identity: Record<string, string> = {};

/** Names the service (and, if given, its instance) on every log line from here on, and sets the level. */
export function setLogIdentity(options: {
  readonly service: string;
  readonly instance?: string | undefined;
  readonly level?: string | undefined;
}): void {
  identity['service.name'] = options.service;
  identity['event.dataset'] = options.service;
  if (options.instance !== undefined) {
    identity['service.node.name'] = options.instance;
  }
  log.level = options.level ?? 'info';
}

/** Paths whose values never reach a log line, at the top and one level down. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'accessToken',
  'clientSecret',
  'databaseUrl',
  'connectionString',
].flatMap((name) => [name, `*.${name}`]);

/** What the running span and order add to a line, in ECS names. */
function correlation(): Record<string, string> {
  const fields: Record<string, string> = { ...identity };
  const span = trace.getActiveSpan()?.spanContext();
  if (span !== undefined && !/^0+$/.test(span.traceId)) {
    fields['trace.id'] = span.traceId;
    fields['span.id'] = span.spanId;
  }
  const orderId = concernedOrder();
  if (orderId !== undefined) {
    fields['order.id'] = orderId;
  }
  return fields;
}

/** A logger that writes Elastic Common Schema, one JSON object a line. */
export const createLog = (destination: DestinationStream): Logger =>
  pino(
    {
      ...ecsFormat({ apmIntegration: false }),
      mixin: correlation,
      redact: { paths: [...SECRETS, 'headers.authorization', 'headers.cookie'], censor: '[redacted]' },
    },
    destination,
  );

/**
 * The log of this process, on stdout. A line written inside a span carries `trace.id`; one written inside
 * {@link withOrder} carries `order.id`.
 *
 * @example log.info({ 'event.action': 'order-moved', seq }, 'order moved to PRICED');
 */
export const log: Logger = createLog(pino.destination({ fd: 1, sync: true }));
