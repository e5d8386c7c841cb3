import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database/port.ts';
import { type Backoff, backoffMs } from '../subscriber/backoff.ts';

export interface ListenOptions {
  readonly db: Database;
  readonly channel: string;
  readonly signal: AbortSignal;
  readonly retry: Backoff;
  /** What was said, empty for a nudge. */
  readonly heard: (said: string) => void;
}

/**
 * Listens for nudges until the signal fires, on one connection kept for it. Nothing depends on it: without it, behind a
 * transaction-mode pooler for example, messages leave with the next poll. So trouble is not reported; it is tried again.
 */
export async function listen({ db, channel, signal, retry, heard }: ListenOptions): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await listenOnce(db, channel, signal, (said) => {
        failures = 1;
        heard(said);
      });
    } catch {
      // Tried again below.
    }
    await delay(backoffMs(failures, retry), undefined, { signal }).catch(() => {});
  }
}

async function listenOnce(
  db: Database,
  channel: string,
  signal: AbortSignal,
  heard: (said: string) => void,
): Promise<void> {
  const connection = await db.connect();
  if (connection.on === undefined || connection.removeListener === undefined) {
    connection.release();
    return aborted(signal);
  }
  const over = Promise.withResolvers<void>();
  const lost = (): void => over.resolve();
  const notified = (what: unknown): void => heard(String((what as { payload?: unknown }).payload ?? ''));
  connection.on('notification', notified);
  connection.on('error', lost);
  connection.on('end', lost);
  signal.addEventListener('abort', lost, { once: true });
  if (signal.aborted) lost(); // while it connected
  try {
    await connection.query(`LISTEN "${channel}"`);
    await over.promise;
  } finally {
    signal.removeEventListener('abort', lost);
    connection.removeListener('notification', notified);
    // Not given back: the next borrower would be a session that listens.
    connection.release(true);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
