import { createOutbox } from '@bezel/outbox';
import type { Pool } from 'pg';
import { OrderPlaced } from '../order-placed.ts';

const outbox = createOutbox({ source: '/bookshop' });

/** In place of a worker: writes the message of each job that is due, and completes the job, in one transaction. */
export async function forwardJobs(pool: Pool): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query(`
      SELECT id, data FROM job
      WHERE name = 'bill-order' AND state IN ('created', 'retry') AND start_after <= now()
      ORDER BY start_after LIMIT 100 FOR UPDATE SKIP LOCKED`);
    for (const { id, data } of rows) {
      await outbox.write(client, OrderPlaced, data, { id });
    }
    await client.query(`UPDATE job SET state = 'completed' WHERE id = ANY($1)`, [rows.map(({ id }) => id)]);
    await client.query('COMMIT');
    client.release();
    return rows.length;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
