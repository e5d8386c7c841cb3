import { type Kysely, sql } from 'kysely';
import type { MesDatabase } from '../../database/mes-database.ts';
import { ANALYSER_VERSION } from '../geometry/analyse-model.ts';
import type { ModelAnalysis } from '../geometry/analysis-thread.ts';
import type { Phase } from './phase.ts';

/** So many crashes over the same bytes, none of them forgotten, and the order that asks is rejected. */
export const MOST_CRASHES = 3;

/** What the database knows of a model. */
export interface KnownModel {
  readonly analysis: ModelAnalysis | undefined;
  /** Somebody measures it now; the phase they are in. */
  readonly measuredElsewhere: Phase | undefined;
  /** An earlier attempt took its thread or its process down. */
  readonly suspect: boolean;
}

interface KnownRow {
  readonly geometry: Extract<ModelAnalysis, { geometry: unknown }>['geometry'] | null;
  readonly rejected: string | null;
  readonly phase: Phase | null;
  readonly held: boolean | null;
  readonly suspect: boolean | null;
}

/** Served by the two primary keys. */
export async function lookUp(db: Kysely<MesDatabase>, sha256: string): Promise<KnownModel> {
  const { rows } = await sql<KnownRow>`
    SELECT analysis.geometry, analysis.rejected, attempt.phase, attempt.held_until > now() AS held,
           attempt.crashes > 0 OR attempt.held_until <= now() AS suspect
    FROM (VALUES (${sha256}::text, ${ANALYSER_VERSION}::integer)) AS model (sha256, analyser_version)
    LEFT JOIN model_analysis AS analysis USING (sha256, analyser_version)
    LEFT JOIN model_analysis_attempt AS attempt USING (sha256, analyser_version)`.execute(db);
  const [row] = rows;
  const rejected = row?.rejected ?? undefined;
  return {
    analysis: row?.geometry ? { geometry: row.geometry } : rejected === undefined ? undefined : { rejected },
    measuredElsewhere: row?.held === true ? (row.phase ?? 'waiting') : undefined,
    suspect: row?.suspect === true,
  };
}

/** Remembers an analysis. Two that measured the same model found the same: the first row stays. */
export async function remember(db: Kysely<MesDatabase>, sha256: string, analysis: ModelAnalysis): Promise<void> {
  await db
    .insertInto('model_analysis')
    .values({
      sha256,
      analyser_version: ANALYSER_VERSION,
      geometry: 'geometry' in analysis ? JSON.stringify(analysis.geometry) : null,
      rejected: 'rejected' in analysis ? analysis.rejected : null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** One attempt to measure a model, as its holder keeps it in the database. */
export interface Attempt {
  readonly sha256: string;
  readonly holder: string;
}

/**
 * Begins an attempt, unless somebody is at it. One statement, and the row's lock decides between two who come at once. An
 * attempt that nobody ended counts as a crash: its process died. That need not be the model's fault (a deployment, a
 * database that was away), so all crashes are forgotten an hour after the last. Answers those that count; undefined when
 * it is held.
 */
export async function begin(
  db: Kysely<MesDatabase>,
  { sha256, holder }: Attempt,
  holdMs: number,
): Promise<number | undefined> {
  const { rows } = await sql<{ crashes: number }>`
    INSERT INTO model_analysis_attempt AS attempt (sha256, analyser_version, held_by, held_until)
    VALUES (${sha256}, ${ANALYSER_VERSION}, ${holder}, now() + ${holdMs} * interval '1 ms')
    ON CONFLICT (sha256, analyser_version) DO UPDATE
    SET begun = attempt.begun + 1,
        crashes = CASE WHEN greatest(attempt.crashed_at, attempt.held_until) > now() - interval '1 hour'
                       THEN attempt.crashes + (attempt.held_by IS NOT NULL)::integer ELSE 0 END,
        crashed_at = coalesce(attempt.held_until, attempt.crashed_at),
        last_crash = CASE WHEN attempt.held_by IS NULL THEN attempt.last_crash ELSE 'the process died' END,
        held_by = excluded.held_by, held_until = excluded.held_until, phase = NULL
    WHERE attempt.held_by IS NULL OR attempt.held_until <= now()
    RETURNING crashes`.execute(db);
  return rows[0]?.crashes;
}

/** Holds the attempt for longer. One that was lost meanwhile (the database was away too long) stays lost. */
export async function hold(
  db: Kysely<MesDatabase>,
  { sha256, holder }: Attempt,
  { holdMs, phase }: { readonly holdMs: number; readonly phase: Phase },
): Promise<void> {
  await sql`
    UPDATE model_analysis_attempt SET held_until = now() + ${holdMs} * interval '1 ms', phase = ${phase}
    WHERE sha256 = ${sha256} AND analyser_version = ${ANALYSER_VERSION} AND held_by = ${holder}`.execute(db);
}

/**
 * Ends the attempt; with `crash`, it took its thread down, and why. The crash that was one too many rejects an order and is
 * not kept: the next order of the same bytes is tried once more.
 */
export async function end(db: Kysely<MesDatabase>, { sha256, holder }: Attempt, crash?: string): Promise<void> {
  await sql`
    UPDATE model_analysis_attempt
    SET held_by = NULL, held_until = NULL, phase = NULL,
        crashes = least(crashes + ${crash === undefined ? 0 : 1}, ${MOST_CRASHES - 1}),
        crashed_at = CASE WHEN ${crash === undefined} THEN crashed_at ELSE now() END,
        last_crash = coalesce(${crash ?? null}, last_crash)
    WHERE sha256 = ${sha256} AND analyser_version = ${ANALYSER_VERSION} AND held_by = ${holder}`.execute(db);
}
