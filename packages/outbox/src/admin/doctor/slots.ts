import type { Queryable } from '../../database/port.ts';
import { type Finding, finding } from './findings.ts';
import { oldSlots } from './slots.sql.ts';

/** A row stays for its own day and `keepDays` more, and an hour is granted to whoever empties. */
const hoursKept = (keepDays: number): number => 24 * (keepDays + 1) + 1;

/** Slots that should have been emptied. */
export async function slotFindings(
  db: Queryable,
  schema: string,
  { keepDays = 2, openSeconds = 60 }: { readonly keepDays?: number; readonly openSeconds?: number },
): Promise<Finding[]> {
  const { rows } = await db.query(oldSlots(schema), [hoursKept(keepDays), openSeconds]);
  return rows.map(({ slot, oldest, current, unpublished, holders }) => {
    const subject = `slot ${slot}`;
    const seen = `its oldest message is of ${oldest.toISOString()}`;
    if (unpublished) {
      return finding('SLOT_UNPUBLISHED', subject, `${seen}, and something in it is not published`);
    }
    if (holders !== null) {
      return finding('SLOT_HELD', subject, `${seen}, and it is held by ${holders.join(', ')}`);
    }
    return finding('SLOT_NOT_EMPTIED', subject, current ? `${seen}, and it is written to again` : seen);
  });
}
