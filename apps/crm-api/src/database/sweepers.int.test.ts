import { SWEEPERS, unowned } from '@bezel/order-workflow/sweepers';
import { expiredAnswers } from '@bezel/service';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { crmTestDatabase } from '../testing/crm-database.ts';

test('every table and every state of a row has an owner, as the database itself has them', async () => {
  await using database = await crmTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    expect(await unowned('crm', client)).toEqual([]);
  } finally {
    await client.end();
  }
});

test('the CRM has every sweep that is said to run in it, in the rhythm its alerts count with', () => {
  const sweeps = [expiredAnswers(undefined as never)]; // nobody looks
  const owed = Object.entries(SWEEPERS).flatMap(([name, { runsIn, watched }]) =>
    watched.as === 'sweep' && runsIn.some(({ app }) => app === 'crm') ? [[name, watched.everyMs]] : [],
  );
  expect(sweeps.map(({ name, everyMs }) => [name, everyMs])).toEqual(owed);
});
