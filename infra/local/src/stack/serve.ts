import type { Progress } from '../servers/progress.ts';
import { bannerOf } from './banner.ts';
import type { Scale } from './layout.ts';
import type { Places } from './places.ts';
import { openSession, type Session } from './session.ts';
import { startStack } from './start.ts';

export interface ServeOptions {
  readonly places: Places;
  readonly reset: boolean;
  readonly samples: boolean;
  readonly onlyServers: boolean;
  readonly scale: Scale;
  readonly json: boolean;
  readonly progress: Progress;
}

/**
 * Starts a stack and serves until SIGINT, SIGTERM or SIGHUP; then ends everything it started. A second signal ends
 * everything at once. Answers with the exit code: 0 when it was told to end, 1 when it could not start.
 */
export async function serve(options: ServeOptions): Promise<number> {
  const { progress } = options;
  const ending = new AbortController();
  let session: Session | undefined;
  const end = (signal: NodeJS.Signals): void => {
    if (ending.signal.aborted) {
      session?.supervisor.kill();
      return;
    }
    progress.say(`\n${signal}: ending what was started; again to end it at once`);
    ending.abort(new EndedError());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, end);
  }
  const ended = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()));
  const began = performance.now();
  try {
    session = await openSession({ ...options, signal: ending.signal });
    const stack = await Promise.race([
      startStack(session, options),
      ended.then(() => Promise.reject(new EndedError())),
    ]);
    progress.say(bannerOf(stack, (performance.now() - began) / 1_000));
    if (options.json) {
      console.log(JSON.stringify(stack));
    }
    await ended;
    return 0;
  } catch (error) {
    if (error instanceof EndedError) {
      return 0;
    }
    progress.say(`\n${(error as Error).message}`);
    return 1;
  } finally {
    if (session !== undefined) {
      await session.close();
      progress.say('Everything that was started has ended.');
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.off(signal, end);
    }
  }
}

/** Somebody asked for the end. */
class EndedError extends Error {}
