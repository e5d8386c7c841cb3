import type { Queryable } from '../database/port.ts';

/** The channel on which a relay listens for nudges. Any session may NOTIFY it. */
export const nudgeChannel = (schemaName: string): string => `${schemaName}_nudge`;

/**
 * Sends nudges: at most one NOTIFY is under way, and all nudges that come meanwhile become one more. NOTIFY takes a lock
 * that all of a cluster's notifying transactions share, so it never runs in the caller's transaction.
 */
export function createNudger(db: Queryable, schemaName: string): () => Promise<void> {
  const channel = nudgeChannel(schemaName);
  const send = async (): Promise<void> => {
    await db.query('SELECT pg_notify($1, $2)', [channel, '']);
  };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    current = send().finally(() => {
      current = undefined;
    });
    return current;
  };
  return () => {
    if (current === undefined) {
      return begin();
    }
    next ??= current
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}
