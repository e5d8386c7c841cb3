import { HOPS, type Hop } from '../account/hops.ts';
import type { Age } from './in-question/questions.ts';
import type { TroubleSource } from './trouble.ts';

/** What a reconciler knows of the orders and of itself. */
export interface ReconcilerFigures {
  /** Whether this one holds the lease. One that stands by knows nothing: all that follows is of who holds it. */
  readonly leads: boolean;
  /**
   * Orders unaccounted for, by hop. A hop without any is 0 only while that is known: since this one took over a full pass has
   * ended, and nothing keeps it from looking. Else the hop is left out.
   */
  readonly unaccounted: ReadonlyMap<Hop, number>;
  /** Orders that are looked at again, those that count among them. */
  readonly inQuestion: number;
  /** Since when no look at what has changed has ended, and no full pass, in ms; until the first, since it took over. */
  readonly roundAgeMs: number;
  /** The same of a look at the orders in question of an age; more while one of them waits longer for the look that makes it count. */
  readonly againAgeMs: Readonly<Record<Age, number>>;
  readonly passAgeMs: number;
  /** What cannot be read now, and why. */
  readonly troubles: ReadonlyMap<TroubleSource, string>;
}

/** Which hops are told, with how many orders. */
export function hopsTold(counts: ReadonlyMap<Hop, number>, allIsKnown: boolean): ReadonlyMap<Hop, number> {
  return new Map(
    HOPS.map((hop) => [hop, counts.get(hop) ?? 0] as const).filter(([, count]) => count > 0 || allIsKnown),
  );
}
