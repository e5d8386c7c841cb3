import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql, type Transaction } from 'kysely';

/** A process that is alive says so several times before Postgres would take it for dead. */
const BEATS_WHILE_SILENT = 6;

/**
 * Does work in one process at a time. The lock ends with the connection that has it: at once when its process dies, and after
 * `silentForMs` when its process is stopped or cut off, which nobody hears of. Then another process may begin while this one is
 * still at it, or goes on with it, so the work must stand being done by two. Who lost the lock learns of it at the end: it rejects.
 *
 * The lock is that of a transaction on a connection of its own, in which nothing is done but to show, now and then, that this process
 * is alive. The work has its own connections and transactions, and may take as long as it likes, if it leaves this process time for
 * that. The transaction reads no table and writes nothing, so it holds up neither VACUUM nor anybody who asks what has been committed.
 *
 * @param silentForMs Postgres gives the lock away when it has not heard of this process for so long; half a minute unless told
 * @returns `elsewhere` when another one is at it
 * @throws what the work throws; what the database throws when the lock's connection was lost
 * @example
 * const swept = await exclusively(db, 'unpaid invoices', () => remindOfThem());
 */
export const exclusively = <Schema, Result>(
  db: Kysely<Schema>,
  name: string,
  work: () => Promise<Result>,
  { silentForMs = 30_000 }: { readonly silentForMs?: number } = {},
): Promise<Result | 'elsewhere'> =>
  db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtextextended(${`bezel sweep ${name}`}, 0)) AS mine,
             set_config('idle_in_transaction_session_timeout', ${`${silentForMs}`}, true)`.execute(trx);
    if (rows[0]?.mine !== true) return 'elsewhere';
    const ending = new AbortController();
    const beating = beat(trx, silentForMs / BEATS_WHILE_SILENT, ending.signal);
    try {
      return await work();
    } finally {
      ending.abort();
      await beating;
    }
  });

/** Ends with the work, after the statement under way; or when the connection is lost, of which the commit tells. */
async function beat<Schema>(trx: Transaction<Schema>, everyMs: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await sql`SELECT 1`.execute(trx);
    } catch {
      return;
    }
  }
}
