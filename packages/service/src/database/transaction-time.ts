import { type QueryExecutorProvider, sql } from 'kysely';

/**
 * When the transaction began, by the database's clock: the one that all processes share and that rows carry as `at`. What decides
 * over an order, and what is told of it, goes by it: a process whose own clock is wrong would refuse what is in time.
 *
 * @param trx an open transaction; anything else has one of its own for each statement
 */
export async function transactionTime(trx: QueryExecutorProvider): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`SELECT now()`.execute(trx);
  if (rows[0] === undefined) throw new Error('a SELECT without FROM has one row');
  return rows[0].now;
}
