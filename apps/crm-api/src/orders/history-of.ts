import type { OrderHistoryEntry } from '@bezel/contracts';
import { type Kysely, sql } from 'kysely';
import type { CrmDatabase } from '../database/crm-database.ts';

/**
 * The moves of an order by their number, each followed by the delays of the status it led to. Served by `order_move_order`
 * and `order_delay_order`.
 */
export async function historyOf(db: Kysely<CrmDatabase>, orderId: string): Promise<OrderHistoryEntry[]> {
  const { rows } = await sql<EntryRow>`
    SELECT kind, seq, "from", "to", reason, "messageId", deadline, "expectedAt", at
    FROM (
      SELECT 'moved' AS kind, position, seq, from_status AS "from", to_status AS "to", reason, message_id AS "messageId",
             NULL::timestamptz AS deadline, NULL::timestamptz AS "expectedAt", at
      FROM order_move
      WHERE order_id = ${orderId}
      UNION ALL
      SELECT 'delayed', position, seq, NULL, NULL, kind, message_id, deadline, expected_at, at
      FROM order_delay
      WHERE order_id = ${orderId}
    ) AS entry
    ORDER BY seq, kind <> 'moved', position`.execute(db);
  return rows.map((row) => ({
    ...row,
    deadline: row.deadline?.toISOString() ?? null,
    expectedAt: row.expectedAt?.toISOString() ?? null,
    at: row.at.toISOString(),
  }));
}

type EntryRow = Omit<OrderHistoryEntry, 'deadline' | 'expectedAt' | 'at'> & {
  deadline: Date | null;
  expectedAt: Date | null;
  at: Date;
};
