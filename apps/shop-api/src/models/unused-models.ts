import { sweepEveryMs } from '@bezel/order-workflow/sweepers';
import type { Sweep } from '@bezel/service';
import { type Kysely, sql } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';

/** How long an upload may wait to be ordered. */
export const KEPT_DAYS = 30;

/** One look deletes no more; the next one goes on. */
const A_LOOK = 500;

/**
 * Uploads older than that of models their uploader has not ordered. Whoever ordered one may order it again, so that upload
 * stays. Served by `model_upload_by_age`; what another process is at is left to it.
 */
const deleteUploads = (days: number, limit: number) => sql<{ sha256: string }>`
  DELETE FROM model_upload WHERE (tenant, uploaded_by, sha256) IN (
    SELECT u.tenant, u.uploaded_by, u.sha256
    FROM model_upload AS u
    WHERE u.uploaded_at < now() - make_interval(days => ${days}) AND NOT EXISTS (
      SELECT FROM orders AS o
      WHERE o.model_sha256 = u.sha256 AND o.tenant = u.tenant AND o.customer_id = u.uploaded_by
    )
    ORDER BY u.uploaded_at
    LIMIT ${limit}
    FOR UPDATE SKIP LOCKED
  )
  RETURNING sha256`;

/**
 * Of some models those that nobody has: no upload, no order. Locked, so that whoever uploads the same model again waits and
 * then stores it afresh (`storeModel`), and an order of it that came meanwhile has it kept.
 */
const lockUnused = (models: readonly string[]) => sql<{ sha256: string }>`
  SELECT m.sha256 FROM model AS m
  WHERE m.sha256 = ANY (${models}) AND NOT EXISTS (SELECT FROM model_upload AS u WHERE u.sha256 = m.sha256)
    AND NOT EXISTS (SELECT FROM orders AS o WHERE o.model_sha256 = m.sha256)
  ORDER BY m.sha256
  FOR UPDATE SKIP LOCKED`;

/** A statement of its own after the lock: at READ COMMITTED it sees what committed before the lock was had. */
const deleteModels = (models: readonly string[]) => sql`
  WITH unused AS (
    SELECT m.sha256 FROM model AS m
    WHERE m.sha256 = ANY (${models}) AND NOT EXISTS (SELECT FROM model_upload AS u WHERE u.sha256 = m.sha256)
      AND NOT EXISTS (SELECT FROM orders AS o WHERE o.model_sha256 = m.sha256)
  ), pieces AS (
    DELETE FROM model_piece WHERE sha256 IN (SELECT sha256 FROM unused)
  )
  DELETE FROM model WHERE sha256 IN (SELECT sha256 FROM unused)`;

const leftOver = (days: number) => sql<{ waiting: number; oldestMs: number }>`
  SELECT count(*)::int AS waiting,
         coalesce(extract(epoch FROM now() - min(u.uploaded_at) - make_interval(days => ${days})) * 1000, 0)::float8 AS "oldestMs"
  FROM model_upload AS u
  WHERE u.uploaded_at < now() - make_interval(days => ${days}) AND NOT EXISTS (
    SELECT FROM orders AS o
    WHERE o.model_sha256 = u.sha256 AND o.tenant = u.tenant AND o.customer_id = u.uploaded_by
  )`;

/** The sweep `unused-models`: uploads that were never ordered, and models that nobody has any more. */
export function unusedModels(db: Kysely<ShopDatabase>, { days = KEPT_DAYS, limit = A_LOOK } = {}): Sweep {
  return {
    name: 'unused-models',
    everyMs: sweepEveryMs('unused-models'),
    async look() {
      const swept = await db.transaction().execute(async (trx) => {
        const uploads = (await deleteUploads(days, limit).execute(trx)).rows;
        const { rows } = await lockUnused([...new Set(uploads.map(({ sha256 }) => sha256))]).execute(trx);
        if (rows.length > 0) await deleteModels(rows.map(({ sha256 }) => sha256)).execute(trx);
        return uploads.length;
      });
      const { rows } = await leftOver(days).execute(db);
      return { swept, ...(rows[0] ?? { waiting: 0, oldestMs: 0 }) };
    },
  };
}
