import type { Places } from '../stack/places.ts';
import type { Ports } from '../stack/ports.ts';
import type { Secrets } from '../stack/secrets.ts';
import type { Machine } from './choice.ts';
import type { Progress } from './progress.ts';

/** Everything providing a server may need. */
export interface ProvideContext {
  readonly machine: Machine;
  readonly places: Places;
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly progress: Progress;
  /** Ends what is under way, such as a build. */
  readonly signal: AbortSignal;
  /** Postgres settings beyond its defaults. */
  readonly postgresSettings: Readonly<Record<string, string>>;
  /** Whether somebody will look at Temporal's web UI, where that is a program of its own. */
  readonly webUi: boolean;
}
