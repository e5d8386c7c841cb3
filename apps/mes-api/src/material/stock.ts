import type { Metal } from '@bezel/contracts';
import { sql, type Transaction } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

type Trx = Transaction<MesDatabase>;

// Each of these first takes the row lock of one metal's stock and keeps it to the end of the transaction: changes of one
// metal's reservations follow each other. Call them last in a transaction, so that the lock is held for one commit and no
// longer. Transactions touch one metal each, after the row of their work order: they cannot wait for each other in a circle.

/**
 * Reserves metal for a work order. Never refuses: with too little in the house the reservation is `short`, which the board
 * shows. Served by the primary keys.
 */
export async function reserveMaterial(trx: Trx, orderId: string, metal: Metal, massMg: number): Promise<void> {
  const { rows } = await sql<{ free_mg: string }>`
    UPDATE material_stock SET reserved_mg = reserved_mg + ${massMg}
    WHERE metal = ${metal}
    RETURNING on_hand_mg - reserved_mg AS free_mg`.execute(trx);
  const [stock] = rows;
  if (stock === undefined) {
    throw new Error(`there is no stock of ${metal}`);
  }
  // The youngest reservation bears the shortage first, so the older ones keep their marks.
  const short = BigInt(stock.free_mg) < 0n;
  await trx.insertInto('material_reservation').values({ order_id: orderId, metal, mass_mg: massMg, short }).execute();
}

/** Gives the metal of a withdrawn work order back. An order without a reservation, or one that has ended, changes nothing. */
export const releaseMaterial = (trx: Trx, orderId: string, metal: Metal): Promise<void> =>
  endReservation(trx, orderId, metal, 'RELEASED');

/** Takes the metal of a shipped work order off the stock. */
export const consumeMaterial = (trx: Trx, orderId: string, metal: Metal): Promise<void> =>
  endReservation(trx, orderId, metal, 'CONSUMED');

async function endReservation(trx: Trx, orderId: string, metal: Metal, state: 'CONSUMED' | 'RELEASED'): Promise<void> {
  await lockStock(trx, metal);
  await sql`
    WITH ended AS (
      UPDATE material_reservation SET state = ${state}, short = false, ended_at = now()
      WHERE order_id = ${orderId} AND state = 'RESERVED'
      RETURNING metal, mass_mg
    )
    UPDATE material_stock
    SET reserved_mg = reserved_mg - ended.mass_mg,
        on_hand_mg = on_hand_mg - CASE WHEN ${state} = 'CONSUMED' THEN ended.mass_mg ELSE 0 END
    FROM ended WHERE material_stock.metal = ended.metal`.execute(trx);
  await shareOutShortage(trx, metal);
}

/** Books metal that came in, and takes the mark `short` off the oldest reservations it covers. */
export async function receiveMaterial(
  trx: Trx,
  delivery: { readonly id: string; readonly metal: Metal; readonly massMg: number; readonly bookedBy: string },
): Promise<void> {
  const { id, metal, massMg, bookedBy } = delivery;
  await sql`UPDATE material_stock SET on_hand_mg = on_hand_mg + ${massMg} WHERE metal = ${metal}`.execute(trx);
  await trx.insertInto('material_delivery').values({ id, metal, mass_mg: massMg, booked_by: bookedBy }).execute();
  await shareOutShortage(trx, metal);
}

const lockStock = (trx: Trx, metal: Metal) =>
  sql`SELECT 1 FROM material_stock WHERE metal = ${metal} FOR UPDATE`.execute(trx);

/**
 * Lays the shortage of a metal on its youngest reservations again. With no shortage and no short reservation (nearly
 * always) only the stock's row and the index `material_reservation_short` are read; else the reservations of the metal,
 * over `material_reservation_by_age`. A shortage may have no short reservation left: the one that bore it was shipped all
 * the same, and the next youngest bears it now. Only rows whose mark changes are written.
 */
const shareOutShortage = (trx: Trx, metal: Metal) =>
  sql`
    WITH shortage AS (
      SELECT greatest(reserved_mg - on_hand_mg, 0) AS mg FROM material_stock WHERE metal = ${metal}
    ), marked AS (
      SELECT order_id, sum(mass_mg) OVER (ORDER BY number DESC) - mass_mg < shortage.mg AS short
      FROM material_reservation, shortage
      WHERE metal = ${metal} AND state = 'RESERVED'
        AND (shortage.mg > 0 OR EXISTS (SELECT 1 FROM material_reservation WHERE metal = ${metal} AND short))
    )
    UPDATE material_reservation SET short = marked.short
    FROM marked
    WHERE material_reservation.order_id = marked.order_id AND material_reservation.short <> marked.short`.execute(trx);
