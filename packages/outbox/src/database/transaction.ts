import type { Connection, Database } from './port.ts';

/** Runs `work` in a transaction of its own: commits what it did, or rolls back when it throws. */
export async function inTransaction<T>(db: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await db.connect();
  let broken: Error | undefined;
  try {
    await connection.query('BEGIN');
    try {
      const result = await work(connection);
      await connection.query('COMMIT');
      return result;
    } catch (error) {
      await connection.query('ROLLBACK').catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    }
  } finally {
    connection.release(broken);
  }
}
