import type { Queryable } from '../database/port.ts';

/** The channel on which a relay listens for nudges. Any session may NOTIFY it. */
export const nudgeChannel = (schemaName: string): string => `${schemaName}_nudge`;

/**
 * A relay that was nudged reads about every millisecond for longer than this (`DEFAULT_PACE`), so a second nudge would tell
 * it nothing. In milliseconds.
 */
export const AWAKE_MS = 50;

/**
 * Sends nudges: one NOTIFY at most is under way, and none follows it for as long as it keeps relays awake. NOTIFY takes a
 * lock that all of a cluster's notifying transactions share, and a flush to disk, so it never runs in the caller's
 * transaction and is not repeated for nothing.
 *
 * `now` is a clock in milliseconds that never goes back.
 */
export function createNudger(
  db: Queryable,
  schemaName: string,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  const channel = nudgeChannel(schemaName);
  let sentAt = Number.NEGATIVE_INFINITY;
  let current: Promise<void> | undefined;
  const send = async (): Promise<void> => {
    sentAt = now();
    try {
      await db.query('SELECT pg_notify($1, $2)', [channel, '']);
    } catch (error) {
      sentAt = Number.NEGATIVE_INFINITY;
      throw error;
    } finally {
      current = undefined;
    }
  };
  return async () => {
    if (current === undefined && now() - sentAt >= AWAKE_MS) {
      current = send();
    }
    await current;
  };
}
