import { sweepEveryMs } from '@bezel/order-workflow/sweepers';
import type { Sweep } from '@bezel/service';
import { type Kysely, sql } from 'kysely';
import type { MesDatabase } from '../../database/mes-database.ts';

/**
 * Ends what nobody has held for an hour. By then `begin` (`attempts.ts`) would count no crash either: an hour after the last
 * they are forgotten. What another process is at is left to it.
 */
const endAbandoned = sql`
  UPDATE model_analysis_attempt
  SET held_by = NULL, held_until = NULL, phase = NULL, crashes = 0, crashed_at = held_until, last_crash = 'the process died'
  WHERE (sha256, analyser_version) IN (
    SELECT sha256, analyser_version FROM model_analysis_attempt
    WHERE held_until < now() - interval '1 hour'
    FOR UPDATE SKIP LOCKED
  )`;

/** What is held by nobody any more, from the moment its holder was last heard of. */
const left = sql<{ waiting: number; oldestMs: number }>`
  SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(held_until)) * 1000, 0)::float8 AS "oldestMs"
  FROM model_analysis_attempt WHERE held_until <= now()`;

/**
 * The sweep `abandoned-analyses`: measurings whose process died, and no order came since that would take them over. The table
 * has one row a model; it is read whole, a few times an hour.
 */
export const abandonedAnalyses = (db: Kysely<MesDatabase>): Sweep => ({
  name: 'abandoned-analyses',
  everyMs: sweepEveryMs('abandoned-analyses'),
  async look() {
    const { numAffectedRows } = await endAbandoned.execute(db);
    const { rows } = await left.execute(db);
    return { swept: Number(numAffectedRows ?? 0), ...(rows[0] ?? { waiting: 0, oldestMs: 0 }) };
  },
});
