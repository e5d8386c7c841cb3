import { connectReadOnly, SourceUnavailableError } from '../connection.ts';

/** What time it is by a database, in milliseconds since 1970. It goes on within a transaction, too. */
export const CLOCK = `SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::float8 AS answer`;

/**
 * What time it is by the shop's database: the clock by which the times of orders and messages are set, which an asker's machine need
 * not share.
 *
 * @param signal ends the question at once
 * @throws SourceUnavailableError
 */
export async function shopClock(shopUrl: string, signal?: AbortSignal): Promise<number> {
  await using connection = await connectReadOnly(shopUrl, 'shop', signal);
  try {
    const { rows } = await connection.client.query<{ answer: number }>(CLOCK);
    return (rows[0] as { answer: number }).answer;
  } catch (error) {
    signal?.throwIfAborted();
    throw new SourceUnavailableError('shop', 'The clock of the shop’s database', error);
  }
}
