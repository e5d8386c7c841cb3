import { type Lifecycle, transitionsOf } from '../lifecycle/index.ts';
import { PROMETHEUS_NAMES } from './metrics.ts';

/** A series as promtool takes it; values in its notation, such as `0+1x20`. */
export interface Series {
  readonly series: string;
  readonly values: string;
}

/** What the processes of the shop report, in promtool's notation of values. */
export interface World {
  readonly instances: readonly string[];
  /** By status. */
  readonly figures: Readonly<Record<string, Readonly<Record<'orders' | 'oldest' | 'late' | 'overdue', string>>>>;
  /** By instance. */
  readonly age: Readonly<Record<string, string>>;
  /** Each move's counter. */
  readonly moves: string;
  /** That of the moves to CANCELLED, where it is another. */
  readonly cancellations?: string;
}

/** The series of a world. */
export const seriesOf = (
  lifecycle: Lifecycle,
  { instances, figures, age, moves, cancellations = moves }: World,
): Series[] =>
  instances.flatMap((instance) => {
    const of = (name: string, labels: Readonly<Record<string, string>>, values: string): Series => {
      const all = Object.entries({ job: 'shop', instance, ...labels });
      return { series: `${name}{${all.map(([label, value]) => `${label}="${value}"`).join(',')}}`, values };
    };
    return [
      of(PROMETHEUS_NAMES.age, {}, age[instance] ?? '0x0'),
      ...Object.entries(figures).flatMap(([status, each]) =>
        (['orders', 'oldest', 'late', 'overdue'] as const).map((figure) =>
          of(PROMETHEUS_NAMES[figure], { status }, each[figure]),
        ),
      ),
      ...movesOf(lifecycle).map(([from, to]) =>
        of(PROMETHEUS_NAMES.moves, { from, to }, to === 'CANCELLED' ? cancellations : moves),
      ),
    ];
  });

/** Each pair once, whatever messages make it. */
function movesOf(lifecycle: Lifecycle): (readonly [from: string, to: string])[] {
  const pairs = new Map(transitionsOf(lifecycle).map(({ from, to }) => [`${from} ${to}`, [from, to] as const]));
  return [...pairs.values()];
}
