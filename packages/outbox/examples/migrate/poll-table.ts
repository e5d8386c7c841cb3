import type { Producer } from 'kafkajs';
import type { Pool } from 'pg';

/** As often found: takes what is new, sends it, and marks it. Answers how many messages there were. */
export async function pollOnce(pool: Pool, producer: Producer): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query(`
      SELECT id, message_id, topic, key, type, payload,
             to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time
      FROM shop_outbox WHERE status = 'new' ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`);
    for (const row of rows) {
      const headers = {
        ce_specversion: '1.0',
        ce_id: row.message_id,
        ce_type: row.type,
        ce_source: '/bookshop',
        ce_time: row.time,
      };
      await producer.send({
        topic: row.topic,
        acks: -1,
        messages: [{ key: row.key, value: JSON.stringify(row.payload), headers }],
      });
    }
    await client.query(`UPDATE shop_outbox SET status = 'sent' WHERE id = ANY($1)`, [rows.map(({ id }) => id)]);
    await client.query('COMMIT');
    client.release();
    return rows.length;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
