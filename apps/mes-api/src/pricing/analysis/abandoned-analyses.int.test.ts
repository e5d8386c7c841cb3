import { expect, test } from '@jest/globals';
import { createMesDatabase } from '../../testing/mes-database.ts';
import { ANALYSER_VERSION } from '../geometry/analyse-model.ts';
import { abandonedAnalyses } from './abandoned-analyses.ts';
import { begin, lookUp } from './attempts.ts';

const signal = new AbortController().signal;

test('what nobody has held for an hour is ended as if no crash had been, and what is held or was just left is not', async () => {
  await using database = await createMesDatabase();
  const { kysely, pool } = database;
  const [long, short, held] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
  for (const sha256 of [long, short, held]) {
    await begin(kysely, { sha256, holder: '019a0000-0000-7000-8000-000000000001' }, 60_000);
  }
  const left = (sha256: string, minutes: number) =>
    pool.query(
      `UPDATE model_analysis_attempt SET crashes = 2, held_until = now() - $2 * interval '1 minute' WHERE sha256 = $1`,
      [sha256, minutes],
    );
  await left(long, 61);
  await left(short, 10);

  const looked = await abandonedAnalyses(kysely).look(signal);
  expect(looked).toMatchObject({ swept: 1, waiting: 1 });
  expect(looked !== 'elsewhere' && looked.oldestMs).toBeGreaterThanOrEqual(10 * 60_000);
  const { rows } = await pool.query(
    'SELECT sha256, held_by IS NOT NULL AS held, crashes FROM model_analysis_attempt WHERE analyser_version = $1 ORDER BY 1',
    [ANALYSER_VERSION],
  );
  expect(rows).toEqual([
    { sha256: long, held: false, crashes: 0 },
    { sha256: short, held: true, crashes: 2 },
    { sha256: held, held: true, crashes: 0 },
  ]);
  expect(await lookUp(kysely, long)).toMatchObject({ suspect: false, measuredElsewhere: undefined });
});
