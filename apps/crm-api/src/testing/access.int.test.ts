import { ORDER_STATUSES } from '@bezel/contracts';
import { createDatabase } from '@bezel/local/testing';
import { migrateDatabase } from '@bezel/service';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { MIGRATIONS } from './crm-database.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(60_000);

test("the app's login can do its work and nothing else", async () => {
  await using db = await createDatabase();
  const owner = new pg.Client({ connectionString: db.url });
  await owner.connect();
  await owner.query(`CREATE ROLE ${db.name} LOGIN PASSWORD '${db.name}'`);
  try {
    await migrateDatabase({ url: db.url, login: db.name, app: { name: 'crm', folder: MIGRATIONS } });
    const url = new URL(db.url);
    url.username = url.password = db.name;
    const app = new pg.Client({ connectionString: url.href });
    await app.connect();
    await app.query('UPDATE order_view SET seq = seq');
    await app.query(
      `INSERT INTO order_delay (order_id, seq, kind, status, deadline, message_id, at)
       VALUES (gen_random_uuid(), 3, 'late', 'APPROVED', now(), gen_random_uuid(), now())`,
    );
    await app.query('INSERT INTO customer_message SELECT * FROM customer_message');
    await app.query('INSERT INTO outbox.inbox SELECT * FROM outbox.inbox');
    await app.query('DELETE FROM idempotency.answer');
    for (const statement of [
      'UPDATE order_move SET seq = seq',
      'DELETE FROM order_move',
      'DELETE FROM order_view',
      'DELETE FROM order_delay',
      "UPDATE customer_message SET text = ''",
      'CREATE TABLE anything ()',
      'DELETE FROM bezel.migration',
    ]) {
      await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    await app.end();
  } finally {
    await owner.query(`DROP OWNED BY ${db.name}; DROP ROLE ${db.name}`);
    await owner.end();
  }
});

test.each(['order_view_status_known', 'order_move_status_known'])('%s allows what the contracts do', async (name) => {
  await using db = await createDatabase();
  await migrateDatabase({ url: db.url, app: { name: 'crm', folder: MIGRATIONS } });
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  const { rows } = await client.query(
    'SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE conname = $1',
    [name],
  );
  await client.end();
  expect(rows[0].rule.match(/'[^']+'/g).map((word: string) => word.slice(1, -1))).toEqual([...ORDER_STATUSES]);
});
