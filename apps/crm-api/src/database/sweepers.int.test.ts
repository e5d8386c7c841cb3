import { sweepsOwed, sweepsRun, unowned } from '@bezel/order-workflow/sweepers';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { CRM_SWEEPS } from '../sweeps.ts';
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

// That the roles start these, `sweeps.e2e.test.ts` sees.
test('each role of the CRM lists the sweeps that are said to run in it, in the rhythm their alerts count with', () => {
  const nobody = undefined as never; // nobody looks
  const run = { relay: CRM_SWEEPS.relay(nobody) } satisfies Record<keyof typeof CRM_SWEEPS, unknown>;
  expect(sweepsRun(run)).toEqual(sweepsOwed('crm'));
});
