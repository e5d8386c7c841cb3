import { randomOf } from '../plan/random.ts';

/** A kill that is due once the clients have taken this many steps. */
export interface PlannedKill {
  readonly afterSteps: number;
  /** Chooses the victim among those alive: a number from 0 to less than 1. */
  readonly victim: number;
}

/**
 * Spreads kills over a run of `steps` steps: one in each of as many equal stretches, somewhere inside it. So they come
 * early, late and in between, and a run that goes slower is not killed more densely.
 */
export function planKills(seed: string, kills: number, steps: number): PlannedKill[] {
  const random = randomOf(seed, 'kills');
  return Array.from({ length: kills }, (_, index) => ({
    afterSteps: Math.floor(((index + random.next()) * steps) / kills),
    victim: random.next(),
  }));
}
