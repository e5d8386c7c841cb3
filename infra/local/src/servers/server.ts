import type { Unit } from '../supervisor/unit.ts';
import type { ServerName } from './choosing/choice.ts';

/** Where the three servers are once they run. */
export interface ServerAddresses {
  readonly postgres: {
    /** Logs in as a superuser, to the database `postgres`. */
    readonly superuserUrl: string;
  };
  readonly kafka: {
    readonly brokers: readonly string[];
    /**
     * Ways to the broker for somebody who stands in between. Who comes in at `port` is told that the broker is at
     * `advertised`, where the one in between listens. Only of a broker that runs as a program of this machine.
     */
    readonly detours?: Readonly<Record<string, { readonly port: number; readonly advertised: number }>>;
  };
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly ui: string | null;
    /** What the server tells of itself, for Prometheus; absent where it is somebody else's or in a container. */
    readonly metrics?: string;
  };
}

/** One server as it was provided: where it is, what runs it (null when somebody else does), where it came from. */
export interface Provided<A> {
  readonly server: ServerName;
  readonly address: A;
  readonly unit: Unit | null;
  /** For the banner: source and reason, in words. */
  readonly origin: string;
  /** What the unit wants of this stack's Postgres before it starts. It then stands on Postgres: it ends before it. */
  readonly onPostgres?: (superuserUrl: string) => Promise<void>;
  /** Units that stand on this one: they start after it, and end before it. */
  readonly companions?: readonly Unit[];
}

/** The namespace every order lives in. */
export const TEMPORAL_NAMESPACE = 'bezel';
