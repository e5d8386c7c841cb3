/**
 * What the shop reports of the stages, as OpenTelemetry names: the alert rules are written with these, and the shop
 * registers them. Figures of a stage have the label `status`, moves have `from` and `to`.
 */
export const STAGE_METRICS = {
  /** Gauge: orders in a status that is not final. */
  orders: 'bezel.orders.in_stage',
  /** Gauge in seconds: how long the order that is longest in a status has been there; 0 without one. */
  oldest: 'bezel.order_stage.oldest',
  /** Gauge: orders in a status that have passed its SLA. */
  late: 'bezel.orders.late',
  /** Gauge in seconds: how long ago the order that is latest in a status passed its deadline; 0 when none is late. */
  overdue: 'bezel.order_stage.overdue',
  /** Gauge in seconds, without labels: how old the four above are, as far as the process that reports them knows. */
  age: 'bezel.order_stages.age',
  /** Counter: moves committed. */
  moves: 'bezel.order.moves',
} as const;

/** The same as Prometheus names them: `_seconds` for seconds, `_total` for counters. */
export const PROMETHEUS_NAMES = {
  orders: named(STAGE_METRICS.orders),
  oldest: `${named(STAGE_METRICS.oldest)}_seconds`,
  late: named(STAGE_METRICS.late),
  overdue: `${named(STAGE_METRICS.overdue)}_seconds`,
  age: `${named(STAGE_METRICS.age)}_seconds`,
  moves: `${named(STAGE_METRICS.moves)}_total`,
} as const;

function named(name: string): string {
  return name.replaceAll('.', '_');
}
