import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT_HOME } from '../servers/native/postgres-home.ts';

/** The checkout this file is part of. */
export const CHECKOUT = realpathSync(join(import.meta.dirname, '..', '..', '..', '..'));

/** Where Node keeps what it compiled, types stripped, from one process to the next (NODE_COMPILE_CACHE). */
export const COMPILED = join(CHECKOUT, 'node_modules', '.cache', 'node-compile');

/** Where a stack keeps what. `dropData` drops what it knows. */
export interface Places {
  readonly state: string;
  readonly stackFile: string;
  readonly journal: string;
  readonly lock: string;
  readonly portMemory: string;
  readonly secrets: string;
  readonly logs: string;
  /** Holds the data folder and nothing else. */
  readonly postgresHome: string;
  readonly postgresData: string;
  readonly kafkaData: string;
  /** The development server's SQLite file. */
  readonly temporalData: string;
  /** Configuration files of the full Temporal server; its data is in Postgres. */
  readonly temporalServer: string;
  readonly identityKeys: string;
  /** Names of the container volumes that hold data of this stack. */
  readonly volumes: string;
}

/**
 * The places of a stack whose state is in `state`. As root Postgres runs as another user, which may not be able to
 * enter the checkout: its data is then in /var/lib/bezel, in a folder named by the path of `state`.
 */
export function placesIn(state: string): Places {
  const postgresHome = process.getuid?.() === 0 ? join(ROOT_HOME, keyOf(state)) : join(state, 'postgres');
  return {
    state,
    stackFile: join(state, 'stack.json'),
    journal: join(state, 'running.json'),
    lock: join(state, 'start.lock'),
    portMemory: join(state, 'ports.json'),
    secrets: join(state, 'secrets.json'),
    logs: join(state, 'logs'),
    postgresHome,
    postgresData: join(postgresHome, 'data'),
    kafkaData: join(state, 'kafka'),
    temporalData: join(state, 'temporal', 'temporal.db'),
    temporalServer: join(state, 'temporal-server'),
    identityKeys: join(state, 'identity-keys.json'),
    volumes: join(state, 'volumes.json'),
  };
}

const keyOf = (state: string): string => createHash('sha256').update(state).digest('hex').slice(0, 12);

/** A short name that no other places have, for what is named outside of them: containers and their volumes. */
export const placesKey = ({ state }: Places): string => keyOf(state);

/** The places of this checkout's own stack: `.bezel`, or the folder in BEZEL_STATE, for one more stack beside it. */
export const checkoutPlaces = (): Places => placesIn(resolve(CHECKOUT, process.env['BEZEL_STATE'] ?? '.bezel'));

export const logFile = (places: Places, name: string): string => join(places.logs, `${name}.log`);
