import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHECKOUT } from '@bezel/local/bench';
import type { Defect } from '../check/defect.ts';
import { FAULT_KINDS } from '../faults/index.ts';
import { runChaos } from '../run-chaos.ts';
import type { PlannedFault } from '../schedule/schedule.ts';
import type { System } from '../system/system.ts';
import { environmentOf, type Terms } from '../system/terms.ts';
import { MUTANT_VARIABLE, type Mutant, mutate, type PlantedBug } from './mutant.ts';

/**
 * What became of a mutant: the first defect it was found by, of those it has to be found by; null: it was missed. One with which
 * the apps do not start was found by nobody: it is not the bug it should be.
 */
export interface MutantOutcome {
  readonly mutant: PlantedBug;
  readonly foundBy: Defect | null;
}

const PLANT = fileURLToPath(new URL('./plant.ts', import.meta.url));
const ORDERS = 24;
/** What was not seen by then is taken for lost: nothing else is wrong with the system. Longer than an offer stays open. */
const SETTLE_MS = 40_000;
const TERMS: Terms = { offerValidMs: 20_000, stageMs: 60_000 };
const PATIENCE_MS = 60_000;
/**
 * A kill finds something only while messages flow: the next one waits for the system, which waits for the killed member of a
 * group until its session is over.
 */
const RECOVERY_MS = 25_000;

/** The checker found something where nothing was planted: what it finds then says nothing. */
export class NotSoundError extends Error {
  readonly code = 'NOT_SOUND';

  constructor({ kind, order, what }: Defect) {
    super(`without any mutant the checker finds ${kind}, ${order}: ${what}; mend that first`);
    this.name = 'NotSoundError';
  }
}

/**
 * Runs each mutant in turn, its app processes started anew with it, on the servers of one stack. Before them one run without
 * any: what is found there is no mutant's.
 *
 * @throws NotSoundError when that finds something
 * @throws MutantLostError before anything runs, when the text of one is not where it should be
 */
export async function runMutants(
  system: System,
  mutants: readonly PlantedBug[],
  { seed, say, signal }: { readonly seed: string; readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<readonly MutantOutcome[]> {
  for (const mutant of mutants) mutate(readFileSync(join(CHECKOUT, mutant.file), 'utf8'), mutant);
  const run = async (mutant: Mutant | null): Promise<readonly Defect[]> => {
    const environment = environmentOf(TERMS);
    const planted = {
      nodeArguments: ['--import', PLANT],
      environment: { ...environment, [MUTANT_VARIABLE]: JSON.stringify(mutant) },
    };
    await using _apps = await system.startApps(mutant === null ? { environment } : planted);
    const plan = planOf(mutant?.faults ?? []);
    const kinds = FAULT_KINDS.filter(({ name }) => plan.some(({ kind }) => kind === name));
    const { verdict } = await runChaos(
      system,
      {
        stageMs: TERMS.stageMs,
        ...{ orders: mutant?.orders ?? ORDERS, faults: plan.length, minutes: 0, seed, kinds, plan },
        ...{ operators: 3, cancelPercent: mutant?.cancelPercent ?? 30, unmakeablePercent: 4 },
        ...{ patienceMs: PATIENCE_MS, settleMs: SETTLE_MS, recoveryMs: RECOVERY_MS },
      },
      { say: (line) => say(`  ${line}`), signal },
    );
    return verdict.defects;
  };
  const [wrong] = await run(null);
  if (wrong !== undefined) throw new NotSoundError(wrong);
  say('✓ no mutant: nothing found');
  const outcomes: MutantOutcome[] = [];
  for (const mutant of mutants) {
    const defects = await run(mutant).catch((error: Error) => {
      signal.throwIfAborted();
      say(`  ! ${mutant.name}: it could not run: ${error.message}`);
      return [];
    });
    const { expects } = mutant;
    const foundBy = defects.find(({ kind, what }) => kind === expects.kind && expects.what.test(what)) ?? null;
    outcomes.push({ mutant, foundBy });
    const [other] = defects;
    if (foundBy !== null) {
      say(`✓ ${mutant.name}: found, ${defects.length} defects, such as ${foundBy.kind}, ${foundBy.what}`);
    } else if (other === undefined) say(`✗ ${mutant.name}: NOT FOUND`);
    else say(`✗ ${mutant.name}: NOT FOUND, but ${defects.length} others, such as ${other.kind}, ${other.what}`);
  }
  return outcomes;
}

/** The faults a mutant names, spread evenly over the run. */
const planOf = (faults: Mutant['faults']): readonly PlannedFault[] =>
  faults.map(([kind, target, seconds = 0], index) => ({
    ...{ index, kind, target, lastsMs: seconds * 1_000, together: false, draw: 0.9 },
    at: (index + 1) / (faults.length + 2),
  }));
