import { SWEEPERS, unowned } from '@bezel/order-workflow/sweepers';
import { expiredAnswers } from '@bezel/service';
import { expect, test } from '@jest/globals';
import { waitingForMetal } from '../material/waiting-for-metal.ts';
import { abandonedAnalyses } from '../pricing/analysis/abandoned-analyses.ts';
import { createMesDatabase } from '../testing/mes-database.ts';

test('every table and every state of a row has an owner, as the database itself has them', async () => {
  await using database = await createMesDatabase();
  expect(await unowned('mes', database.pool)).toEqual([]);
});

test('the MES has every sweep that is said to run in it, in the rhythm its alerts count with', () => {
  const db = undefined as never; // nobody looks
  const sweeps = [waitingForMetal(db), abandonedAnalyses(db), expiredAnswers(db)];
  const owed = Object.entries(SWEEPERS).flatMap(([name, { runsIn, watched }]) =>
    watched.as === 'sweep' && runsIn.some(({ app }) => app === 'mes') ? [[name, watched.everyMs]] : [],
  );
  expect(sweeps.map(({ name, everyMs }) => [name, everyMs]).sort()).toEqual(owed.sort());
});
