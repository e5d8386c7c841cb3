import { createDatabase } from '@bezel/local/testing';
import { migrateDatabase } from '@bezel/service';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { MIGRATIONS } from './crm-database.ts';

test("the app's login can do its work and nothing else", async () => {
  await using db = await createDatabase();
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  await client.query(`CREATE ROLE ${db.name}`);
  try {
    await migrateDatabase({ url: db.url, login: db.name, app: { name: 'crm', folder: MIGRATIONS } });
    await client.query(`SET ROLE ${db.name}`);
    await client.query('UPDATE order_view SET seq = seq');
    await client.query('INSERT INTO outbox.inbox SELECT * FROM outbox.inbox');
    await client.query('DELETE FROM idempotency.answer');
    for (const statement of [
      'UPDATE order_move SET seq = seq',
      'DELETE FROM order_move',
      'DELETE FROM order_view',
      'CREATE TABLE anything ()',
      'DELETE FROM bezel.migration',
    ]) {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  } finally {
    await client.query('RESET ROLE');
    await client.query(`DROP OWNED BY ${db.name}; DROP ROLE ${db.name}`);
    await client.end();
  }
});
