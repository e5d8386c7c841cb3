import type { Kysely } from 'kysely';
import type { MesDatabase } from '../../database/mes-database.ts';
import type { ModelAnalysis } from '../geometry/analysis-thread.ts';

/** What a model measured, if it was measured before by this version of the analyser. Served by the primary key. */
export async function knownAnalysis(
  db: Kysely<MesDatabase>,
  sha256: string,
  version: number,
): Promise<ModelAnalysis | undefined> {
  const row = await db
    .selectFrom('model_analysis')
    .select(['geometry', 'rejected'])
    .where('sha256', '=', sha256)
    .where('analyser_version', '=', version)
    .executeTakeFirst();
  if (row === undefined) {
    return undefined;
  }
  return row.geometry === null ? { rejected: row.rejected as string } : { geometry: row.geometry };
}

/** Remembers an analysis. Two that measured the same model at once found the same: the first row stays. */
export async function rememberAnalysis(
  db: Kysely<MesDatabase>,
  sha256: string,
  version: number,
  analysis: ModelAnalysis,
): Promise<void> {
  await db
    .insertInto('model_analysis')
    .values({
      sha256,
      analyser_version: version,
      geometry: 'geometry' in analysis ? JSON.stringify(analysis.geometry) : null,
      rejected: 'rejected' in analysis ? analysis.rejected : null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
