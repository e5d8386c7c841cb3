import { sweepEveryMs } from '@bezel/order-workflow/sweepers';
import type { Sweep } from '@bezel/service';
import { type Kysely, sql } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

/**
 * Reservations that wait for metal, and those that outlived their work order, which the transactions of both do not allow.
 * Served by `material_reservation_short` and `material_reservation_by_age`: of what is reserved, which is what is in work.
 */
const waiting = sql<{ waiting: number; oldestMs: number }>`
  SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(since)) * 1000, 0)::float8 AS "oldestMs"
  FROM (
    SELECT reserved_at AS since FROM material_reservation WHERE short
    UNION ALL
    SELECT w.updated_at FROM material_reservation AS r JOIN work_order AS w USING (order_id)
    WHERE r.state = 'RESERVED' AND w.status IN ('SHIPPED', 'WITHDRAWN')
  ) AS reservation`;

/** The sweep `reservations`: says what waits. Nothing of it can be mended here: metal has to be bought. */
export const waitingForMetal = (db: Kysely<MesDatabase>): Sweep => ({
  name: 'reservations',
  everyMs: sweepEveryMs('reservations'),
  async look() {
    const { rows } = await waiting.execute(db);
    return { swept: 0, ...(rows[0] ?? { waiting: 0, oldestMs: 0 }) };
  },
});
