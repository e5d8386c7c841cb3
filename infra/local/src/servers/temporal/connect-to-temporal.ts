import type { Connection } from '@temporalio/client';

/**
 * A connection to Temporal that stands, to be closed by whoever asked for it. Nothing of one that failed stays behind:
 * `Connection.connect` leaves it trying, for half an hour.
 *
 * The client is loaded here, by whoever talks to Temporal: that of every test file and its processes would cost minutes.
 *
 * @param withinMs how long it may take until it stands
 */
export async function connectToTemporal(address: string, withinMs: number): Promise<Connection> {
  const { Connection } = await import('@temporalio/client');
  const connection = Connection.lazy({ address, connectTimeout: withinMs });
  try {
    await connection.ensureConnected();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}
