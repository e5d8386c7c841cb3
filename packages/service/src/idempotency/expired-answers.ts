import type { Kysely } from 'kysely';
import type { Sweep } from '../sweeping/index.ts';
import { Idempotency, KEY_LIFETIME_HOURS } from './idempotency.ts';
import { expiredLeft } from './statements.ts';

const EVERY_MS = 10 * 60_000;

/**
 * Sweeps the answers whose keys have expired, a thousand at a time. Any number of processes do it; they share the work.
 *
 * @example sweepingRole(outboxRole(…), 'shop', [expiredAnswers(database.kysely)])
 */
// biome-ignore lint/suspicious/noExplicitAny: the schema is the app's; the table of answers is not part of it.
export function expiredAnswers(db: Kysely<any>): Sweep {
  const idempotency = new Idempotency(db);
  return {
    name: 'expired-answers',
    everyMs: EVERY_MS,
    async look() {
      const swept = await idempotency.sweep();
      const { rows } = await expiredLeft(KEY_LIFETIME_HOURS).execute(db);
      return { swept, ...(rows[0] ?? { waiting: 0, oldestMs: 0 }) };
    },
  };
}
