import { setTimeout as delay } from 'node:timers/promises';
import { asError } from '../errors/as-error.ts';
import { type Backoff, backoffMs } from './backoff.ts';

/** Nobody waits much longer than this for brokers that answer again. */
const RECONNECT: Backoff = { firstMs: 200, maxMs: 2_000 };

/** One life of a client: it runs until the signal is aborted, then resolves, or until it breaks, then rejects. */
export type Session = (signal: AbortSignal, healthy: () => void) => Promise<void>;

/**
 * Runs one session after the other until the signal is aborted. A session that broke is replaced by a new client with
 * nothing of the old one, after a wait that grows while no session gets as far as calling `healthy`.
 */
export async function keepConnected(
  session: Session,
  { signal, lost }: { signal: AbortSignal; lost: (error: Error) => void },
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await session(signal, () => {
        failures = 0;
      });
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      lost(asError(error));
      failures += 1;
      await delay(backoffMs(failures, RECONNECT), undefined, { signal }).catch(() => {});
    }
  }
}

/** Waits for the promise, but no longer than `ms`, and never rejects. For farewells that a dead peer may not answer. */
export async function atMost(ms: number, promise: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([promise.catch(() => {}), delay(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
