import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until `condition` answers something other than false, null or undefined, and returns it. Fails after
 * `deadlineMs` with `what` in the message. Use it instead of a sleep.
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T> | T,
  { deadlineMs = 40_000, everyMs = 20 }: { deadlineMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) {
        return value as Exclude<T, false | null | undefined>;
      }
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${deadlineMs} ms for ${what}; last answer: ${String(last)}`);
    }
    await delay(everyMs);
  }
}
