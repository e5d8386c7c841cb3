import { type Kysely, sql } from 'kysely';

/** Between what an event tells of and the writing of its message lies one transaction, which no app keeps open for so long. */
const AROUND_MS = 60 * 60_000;

/** A message, and the moment of which it tells, as its event has it: UTC in ISO 8601. */
export interface ToldThen {
  readonly messageId: string;
  readonly at: string;
}

/**
 * Whether this app has handled a message. Not so for one that was written at another time than the moment it is said to tell
 * of: that is some other event's.
 *
 * The inbox has no index by id. Its slots are days, and the primary key of each is ordered by group and time: this reads the
 * messages of two hours, in one slot or two.
 */
export async function wasTaken<Schema>(db: Kysely<Schema>, told: ToldThen): Promise<boolean> {
  const { rows } = await takenStatement(told).execute(db);
  return rows[0]?.taken ?? false;
}

export function takenStatement({ messageId, at }: ToldThen) {
  const [from, to] = [-AROUND_MS, AROUND_MS].map((away) => new Date(Date.parse(at) + away).toISOString());
  return sql<{ taken: boolean }>`
    SELECT EXISTS (
      SELECT FROM outbox.inbox
      WHERE slot IN (outbox.inbox_slot(${from}::timestamptz), outbox.inbox_slot(${to}::timestamptz))
        AND ce_time BETWEEN ${from}::timestamptz AND ${to}::timestamptz AND id = ${messageId}
    ) AS taken`;
}
