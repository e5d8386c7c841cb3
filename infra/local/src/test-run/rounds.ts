import { BUILT_VARIABLE } from '../stack/apps/build.ts';
import type { Kind } from './jest.ts';

/** Test files of one kind that run together. */
export interface Round {
  /** How many at once. */
  readonly workers: number;
  /** All of the kind but those whose path matches. */
  readonly ignore?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Two, so that a machine with two cores keeps room for the servers. */
const WORKERS = 2;

/** Tests of a start that builds. */
const BUILDING = String.raw`/infra/local/src/(start|failed-start)\.e2e\.`;

/**
 * The rounds of a kind of test, one after the other. `built`: what end-to-end tests start has just been built, so that they
 * take it as it is and two can run at once. A start that builds puts `dist` in place anew, under all who run from it: the
 * tests of that have the machine to themselves, as all end-to-end tests have when nothing was built before.
 */
export function roundsOf(kind: Kind, built: boolean): readonly Round[] {
  if (kind !== 'e2e') return [{ workers: WORKERS, env: {} }];
  if (!built) return [{ workers: 1, env: {} }];
  return [
    { workers: WORKERS, ignore: BUILDING, env: { [BUILT_VARIABLE]: '1' } },
    { workers: 1, ignore: `^(?!.*${BUILDING})`, env: {} },
  ];
}
