import { setTimeout as delay } from 'node:timers/promises';
import { launchingNpm, whenGone } from '../processes/launcher.ts';
import { memoryOf } from '../processes/memory.ts';
import { runSamples } from '../samples/run-samples.ts';
import type { Progress } from '../servers/progress.ts';
import { bannerOf } from './banner.ts';
import type { Scale } from './layout.ts';
import type { Places } from './places.ts';
import { startStack } from './start.ts';
import { openSession, type Session } from './state/session.ts';
import type { StackFile } from './state/stack-file.ts';

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
 * Starts a stack and serves until SIGINT, SIGTERM or SIGHUP, or the end of the npm that runs it; then ends everything it
 * started. A second signal ends everything at once. Answers with the exit code: 0 when it was told to end, 1 when it could not start.
 */
export async function serve(options: ServeOptions): Promise<number> {
  const { progress } = options;
  const ending = new AbortController();
  let session: Session | undefined;
  const end = (why: string): void => {
    if (ending.signal.aborted) {
      session?.supervisor.kill();
      return;
    }
    progress.say(`\n${why}: ending what was started; again to end it at once`);
    ending.abort(new EndedError());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, end);
  }
  using _watch = whenGone(launchingNpm(), () => end('npm has ended'));
  const ended = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()));
  const began = performance.now();
  let starting: Promise<StackFile> | undefined;
  try {
    session = await openSession({ ...options, signal: ending.signal });
    starting = startStack(session, options);
    const stack = await Promise.race([starting, ended.then(() => Promise.reject(new EndedError()))]);
    const seconds = (performance.now() - began) / 1_000;
    if (options.samples) {
      progress.say(`\nReady in ${seconds.toFixed(1)} s. Sample orders, driven over HTTP:`);
      await showSamples(stack, progress, ending.signal);
    }
    ending.signal.throwIfAborted();
    progress.say(bannerOf(stack, seconds, memoryOf(process.pid)));
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
    ending.abort(error);
    return 1;
  } finally {
    if (session !== undefined) {
      await session.close();
      await Promise.race([starting?.catch(() => {}), delay(SETTLED_WITHIN_MS)]);
      progress.say('Everything that was started has ended.');
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.off(signal, end);
    }
  }
}

/** A start broken off has no more processes by then; what else it waits for (a connection, a pull) may take longer. */
const SETTLED_WITHIN_MS = 6_000;

/** Samples that fail are told and end nothing: the stack is there to find out why. */
async function showSamples(stack: StackFile, progress: Progress, signal: AbortSignal): Promise<void> {
  try {
    const orders = await runSamples(stack, progress.say, signal);
    const delivered = orders.filter(({ status }) => status === 'DELIVERED').length;
    progress.say(`  ${delivered} of ${orders.length} sample orders are DELIVERED.`);
  } catch (error) {
    if (!signal.aborted) {
      progress.say(`  ! the sample orders did not get to their end: ${(error as Error).message}`);
    }
  }
}

/** Somebody asked for the end. */
class EndedError extends Error {}
