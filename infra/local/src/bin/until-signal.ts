import { launchingNpm, whenGone } from '../processes/launcher.ts';

/**
 * A signal that fires when the process is told to end or the npm that runs it has ended, so that what it started can end in order. Listeners stay: a
 * library that listens too (signal-exit does) would end the process at once if it found itself alone.
 */
export function untilToldToEnd(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => ending.abort(new Error(`ended by ${signal}`)));
  }
  whenGone(launchingNpm(), () => ending.abort(new Error('ended, because npm has ended')));
  return ending.signal;
}
