import { CRASH_POINTS, type Failpoint } from '../failpoints.ts';
import { checkHistory } from '../history/check-history.ts';
import type { History } from '../history/history.ts';
import { type Ending, type Program, runProgram } from './program.ts';

/** Where a program is killed. */
export interface CrashPlace {
  readonly failpoint: Failpoint;
  /** The n-th time it comes there. */
  readonly hit: number;
}

/** One crash: a program with a place of its own to work in. Disposed of when it is over. */
export interface CrashTrial extends Program, AsyncDisposable {
  /** What was committed, and what came of it. Asked once, after the program has ended by itself. */
  history(): Promise<History> | History;
}

/** What is tried. */
export interface CrashScenario {
  /** Makes what one crash needs: a database, topics, a name for the group; all new, so that no crash meets another. */
  readonly begin: (place: CrashPlace) => Promise<CrashTrial> | CrashTrial;
  /** Default: all of `CRASH_POINTS`. */
  readonly failpoints?: readonly Failpoint[];
  /** At which arrival at the failpoint. Default the first. */
  readonly hits?: readonly number[];
  /** How long one run of the program may take, in milliseconds. Default 60,000. */
  readonly deadlineMs?: number;
}

/** What one crash came to. */
export interface CrashResult extends CrashPlace {
  /** What is wrong, a line each. Empty when all is well. */
  readonly found: readonly string[];
}

/**
 * Runs a program, kills it with SIGKILL at a failpoint, runs it again to its end, and checks the history with `checkHistory`:
 * once for each failpoint and hit, one after the other.
 *
 * The program does the whole work of a scenario against real servers (writes, relays, consumes, or a part of that), ends with
 * exit code 0 when everything is done, and goes on where it was when it is started again. It must create its writer, relay
 * and consumer itself: they read BEZEL_FAILPOINTS, which is refused when NODE_ENV is `production`.
 *
 * A failpoint the program never comes to is found as well: nothing was proven there.
 *
 * @throws TypeError when there is no failpoint or no hit; else what `begin` and `history` throw
 *
 * @example
 * const results = await crashMatrix({
 *   failpoints: [...CRASH_POINTS.consumer],
 *   begin: async () => ({
 *     program: new URL('invoices.ts', import.meta.url),
 *     env: { DATABASE_URL: 'postgres://127.0.0.1/one_of_its_own' },
 *     history: async () => {
 *       const { rows } = await pool.query('SELECT event_id AS id FROM invoice ORDER BY number');
 *       return { ...oneAfterTheOther(await committedIn(pool)), handled: rows };
 *     },
 *     async [Symbol.asyncDispose]() {},
 *   }),
 * });
 * console.log(results.flatMap(({ found }) => found)); // []
 */
export async function crashMatrix({
  begin,
  failpoints = Object.values(CRASH_POINTS).flat(),
  hits = [1],
  deadlineMs = 60_000,
}: CrashScenario): Promise<CrashResult[]> {
  const places = failpoints.flatMap((failpoint) => hits.map((hit) => ({ failpoint, hit })));
  if (places.length === 0) {
    throw new TypeError('crashMatrix needs at least one failpoint and one hit');
  }
  const results: CrashResult[] = [];
  for (const place of places) {
    await using trial = await begin(place);
    results.push({ ...place, found: await tryOnce(trial, place, deadlineMs) });
  }
  return results;
}

async function tryOnce(trial: CrashTrial, { failpoint, hit }: CrashPlace, deadlineMs: number): Promise<string[]> {
  const name = `${failpoint}@${hit}`;
  const killed = await runProgram(trial, { failpoints: `${failpoint}=kill@${hit}`, deadlineMs });
  if (killed.how !== 'signal' || killed.signal !== 'SIGKILL') {
    return [`${name}: the program never came there, but ${saying(killed, deadlineMs)}`];
  }
  const again = await runProgram(trial, { failpoints: '', deadlineMs });
  if (again.how !== 'exit' || again.code !== 0) {
    return [`${name}: after the crash, the program ${saying(again, deadlineMs)}`];
  }
  return checkHistory(await trial.history()).map(({ kind, says }) => `${name}: ${kind}: ${says}`);
}

function saying({ how, code, signal, complaints }: Ending, deadlineMs: number): string {
  const ended = {
    late: `did not end within ${deadlineMs} ms`,
    exit: `ended with ${code}`,
    signal: `died of ${signal}`,
  };
  return complaints === '' ? ended[how] : `${ended[how]}: ${complaints}`;
}
