import { uuidv7 } from '@bezel/outbox';
import { expect, test } from '@jest/globals';
import { createMesDatabase } from '../testing/mes-database.ts';
import { waitingForMetal } from './waiting-for-metal.ts';

test('says since when a work order waits for metal, and finds metal that outlived its work order', async () => {
  await using database = await createMesDatabase();
  const { kysely, pool } = database;
  const look = () => waitingForMetal(kysely).look(new AbortController().signal);
  const reserved = async (status: string, short: boolean, minutes: number) => {
    const orderId = uuidv7();
    await pool.query(
      `INSERT INTO work_order (id, order_id, order_number, tenant, status, claimed_by, metal, finish, mass_mg, model_sha256,
                               model_file_name, model_bytes, updated_at)
       VALUES ($1, $2, 'B-1', 't', $3, 'olga', 'gold-585', 'polished', 10, repeat('a', 64), 'a.stl', 84,
               now() - $4 * interval '1 minute')`,
      [uuidv7(), orderId, status, minutes],
    );
    await pool.query(
      `INSERT INTO material_reservation (order_id, metal, mass_mg, short, reserved_at)
       VALUES ($1, 'gold-585', 10, $2, now() - $3 * interval '1 minute')`,
      [orderId, short, minutes],
    );
  };
  await reserved('STARTED', false, 500);
  expect(await look()).toEqual({ swept: 0, waiting: 0, oldestMs: 0 });
  await reserved('OPEN', true, 30);
  expect(await look()).toMatchObject({ waiting: 1 });
  await reserved('WITHDRAWN', false, 90);
  const looked = await look();
  expect(looked).toMatchObject({ waiting: 2 });
  expect(looked !== 'elsewhere' && looked.oldestMs).toBeGreaterThanOrEqual(90 * 60_000);
});
