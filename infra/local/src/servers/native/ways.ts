import type { Choice, Way } from '../choosing/choice.ts';
import type { Progress } from '../progress.ts';

/** The way that worked, and what it gave. */
export interface Obtained<T> {
  readonly way: Way;
  readonly value: T;
}

/** The ways as the banner names them. */
export const IN_WORDS: Readonly<Record<Way, string>> = {
  path: 'the one on the PATH',
  cache: 'from the cache folder',
  archive: "the publisher's archive",
  maven: 'from Maven Central',
  go: 'built with Go',
  npm: 'from npm',
};

/** Where a server comes from and why, for the banner. */
export const origin = (how: string, why: string): string => `${how} (${why})`;

/** Every way to get a server's program failed. `message` says how each failed and what can be done. */
export class ServerUnobtainableError extends Error {
  readonly code = 'SERVER_UNOBTAINABLE';

  constructor(failures: readonly string[], otherwise: string) {
    super([otherwise, ...failures.map((failure) => `  tried: ${failure}`)].join('\n'));
    this.name = 'ServerUnobtainableError';
  }
}

/**
 * Tries the ways of a native choice in order and answers with the first that works; a failed one is told in a line. Once
 * `signal` has fired no further way is tried.
 */
export async function firstThatWorks<T>(
  choice: Extract<Choice, { source: 'native' }>,
  attempts: Partial<Record<Way, () => Promise<T>>>,
  progress: Progress,
  signal: AbortSignal,
): Promise<Obtained<T>> {
  const failures: string[] = [];
  for (const way of choice.ways) {
    const attempt = attempts[way];
    if (attempt !== undefined) {
      try {
        return { way, value: await attempt() };
      } catch (error) {
        signal.throwIfAborted();
        const failure = `${way}: ${(error as Error).message}`;
        failures.push(failure);
        progress.say(`  · ${failure.split('\n')[0]}`);
      }
    }
  }
  throw new ServerUnobtainableError(failures, choice.otherwise);
}
