import { sweepsOwed, sweepsRun, unowned } from '@bezel/order-workflow/sweepers';
import { expect, test } from '@jest/globals';
import { MES_SWEEPS } from '../sweeps.ts';
import { createMesDatabase } from '../testing/mes-database.ts';

test('every table and every state of a row has an owner, as the database itself has them', async () => {
  await using database = await createMesDatabase();
  expect(await unowned('mes', database.pool)).toEqual([]);
});

// That the roles start these, `sweeps.e2e.test.ts` sees.
test('each role of the MES lists the sweeps that are said to run in it, in the rhythm their alerts count with', () => {
  const nobody = undefined as never; // nobody looks
  const run = { pricing: MES_SWEEPS.pricing(nobody), relay: MES_SWEEPS.relay(nobody) } satisfies Record<
    keyof typeof MES_SWEEPS,
    unknown
  >;
  expect(sweepsRun(run)).toEqual(sweepsOwed('mes'));
});
