import type { Places } from '../stack/places.ts';
import type { Ports } from '../stack/state/ports.ts';
import type { Secrets } from '../stack/state/secrets.ts';
import type { Machine } from './choosing/choice.ts';
import type { Progress } from './progress.ts';

/** Temporal's web UI, where that is a program of its own. */
export interface WebUi {
  readonly port: number;
  /** Where its users sign in, and what decodes payloads for them; null: nobody signs in, and payloads stay as they are. */
  readonly decoding: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly codecUrl: string;
  } | null;
}

/** At which address the web UI is. */
export const webUiUrl = ({ port }: Pick<WebUi, 'port'>): string => `http://127.0.0.1:${port}`;

/** Where the issuer sends a user of the web UI who has signed in. */
export const signedInUrl = (ui: Pick<WebUi, 'port'>): string => `${webUiUrl(ui)}/auth/sso/callback`;

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
  /** Null when nobody will look at it. */
  readonly webUi: WebUi | null;
  readonly kafkaDetours: readonly string[];
}
