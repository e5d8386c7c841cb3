import type { EventEmitter } from 'node:events';
import { EXIT } from './command.ts';

/** What a process has of its signals; `process` is one. */
interface Signalled extends Pick<EventEmitter, 'on'> {
  exit(code: number): void;
}

/** npm passes on to its script what the terminal has told both of them: one Ctrl-C comes twice. */
const SAME_MS = 500;

/**
 * Aborts when the process is told to end, so that it ends in order and says so. Whatever that waits for, told once more the process
 * ends at once, with the same exit code.
 *
 * @param now milliseconds, from any moment on
 */
export function endedBy(process: Signalled, now = (): number => performance.now()): AbortSignal {
  const ending = new AbortController();
  let toldAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (toldAt !== undefined && now() - toldAt >= SAME_MS) process.exit(EXIT.interrupted);
      toldAt ??= now();
      ending.abort(new Error(`ended by ${signal}`));
    });
  }
  return ending.signal;
}
