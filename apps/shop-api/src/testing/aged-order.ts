import type { OrderInput } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import type pg from 'pg';
import { lowestIdAt } from '../operations/id-time.ts';

/** An order id that was made so long ago. */
export const idOfAge = (ageMs: number): string =>
  lowestIdAt(new Date(Date.now() - ageMs)).slice(0, 13) + uuidv7().slice(13);

/** Puts a submitted order of some tenant into the database that is so old, and answers what its workflow starts with. */
export async function submitAged(
  pool: pg.Pool,
  tenant: string,
  ageMs: number,
  fileName = 'ring.stl',
): Promise<OrderInput> {
  const orderId = idOfAge(ageMs);
  const sha256 = 'a'.repeat(64);
  const submittedAt = new Date(Date.now() - ageMs);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO model (sha256, bytes) VALUES ($1, 684) ON CONFLICT DO NOTHING', [sha256]);
    await client.query(
      `INSERT INTO orders (id, number, tenant, customer_id, channel, model_sha256, model_file_name, model_bytes, metal,
                           finish, stones, status, seq, submitted_at)
       VALUES ($1, $2, $3, 'c', 'shop', $4, $5, 684, 'gold-585', 'polished', 0, 'SUBMITTED', 0, $6)`,
      [orderId, `B-${orderId}`, tenant, sha256, fileName, submittedAt],
    );
    await client.query(`INSERT INTO order_history (order_id, seq, to_status) VALUES ($1, 0, 'SUBMITTED')`, [orderId]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
  return {
    ...{ orderId, orderNumber: `B-${orderId}`, tenant, customerId: 'c', model: { sha256, fileName, bytes: 684 } },
    ...{ metal: 'gold-585', finish: 'polished', stones: 0, submittedAt: submittedAt.toISOString() },
  };
}
