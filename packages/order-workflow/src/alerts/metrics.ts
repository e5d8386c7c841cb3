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

/**
 * What a reconciler reports, as OpenTelemetry names. Of one that stands by only `leads` and `blind` are numbers; what is not known
 * is NaN.
 */
export const RECONCILER_METRICS = {
  /**
   * Gauge, with the label `hop`: orders unaccounted for, by the hop where the trail of each breaks. 0 where there is none and that
   * is known; NaN where it is not.
   */
  unaccounted: 'order.unaccounted',
  /** Gauge: 1 for the process that audits, 0 for one that stands by. */
  leads: 'bezel.reconciler.leads',
  /** Gauge: orders that are looked at again, those that are unaccounted for among them. */
  inQuestion: 'bezel.reconciler.in_question',
  /** Gauge in seconds: since when no look at what has changed has ended; until the first, since it leads. */
  roundAge: 'bezel.reconciler.round.age',
  /**
   * Gauge in seconds, with the label `orders` (`new`, `old`): since when no look at those of them that are in question has ended;
   * until the first, since it leads. More while a suspicion about one of them waits longer for its second look.
   */
  againAge: 'bezel.reconciler.again.age',
  /** Gauge in seconds: since when no pass over all orders has ended; until the first, since it leads. */
  passAge: 'bezel.reconciler.pass.age',
  /** Gauge, with the label `source`: 1 while that keeps it from its work. */
  blind: 'bezel.reconciler.blind',
  /** Counter, with the labels `kind` and `outcome`: repairs that were asked for, and what became of them. */
  repairs: 'bezel.reconciler.repairs',
} as const;
