import { Jest } from './jest.ts';
import { type Mutant, mutate, nameOf } from './mutant.ts';
import { judge, type Verdict } from './verdict.ts';
import { sourceOf, Workspace } from './workspace.ts';

/** What became of one mutant. */
export interface MutantOutcome {
  readonly mutant: Mutant;
  /** `failed`: it was found. `passed`: it lives on, unseen. `broken`: nothing is known. */
  readonly verdict: Verdict;
}

export interface MutantRun {
  readonly mutants: readonly Mutant[];
  /** How tests find their servers. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Finds the place of every mutant before it begins. Runs the tests that have to find the mutants, first without any, since
 * a test that fails anyway finds nothing; then each mutant's test with the mutant in place.
 *
 * @throws MutantLostError
 */
export async function runMutants({ mutants, env, signal, say }: MutantRun): Promise<MutantOutcome[]> {
  for (const mutant of mutants) mutate(sourceOf(mutant.file), mutant);
  using workspace = new Workspace();
  const jest = await Jest.in(workspace, env, signal);
  const outcomes: MutantOutcome[] = [];
  const sound: Mutant[] = [];
  for (const [file, ofFile] of Map.groupBy(mutants, ({ caughtBy }) => caughtBy.file)) {
    const choices = [...new Map(ofFile.map(({ caughtBy }) => [nameOf(caughtBy), caughtBy])).values()];
    const report = await jest.run(file, choices);
    const failing = choices.flatMap((choice) => {
      const verdict = judge(report, choice);
      return verdict.kind === 'passed' ? [] : [{ choice, why: verdict.why }];
    });
    say(`${failing.length === 0 ? '✓' : '✗'} without a mutant: ${file}, ${choices.length} of its tests`);
    for (const { choice, why } of failing) say(`  "${nameOf(choice)}": ${why}`);
    for (const mutant of ofFile) {
      const cause = failing.find(({ choice }) => nameOf(choice) === nameOf(mutant.caughtBy));
      if (cause === undefined) {
        sound.push(mutant);
      } else {
        outcomes.push({ mutant, verdict: { kind: 'broken', why: `its test fails without it: ${cause.why}` } });
      }
    }
  }
  for (const mutant of sound) {
    using _ = workspace.plant(mutant);
    const verdict = judge(await jest.run(mutant.caughtBy.file, [mutant.caughtBy]), mutant.caughtBy);
    outcomes.push({ mutant, verdict });
    say(`${verdict.kind === 'failed' ? '✓' : '✗'} ${mutant.breaks} ${mutant.name}: ${WORDS[verdict.kind]}`);
  }
  return outcomes;
}

const WORDS: Readonly<Record<Verdict['kind'], string>> = {
  failed: 'found',
  passed: 'NOT FOUND',
  broken: 'broken, so nothing is known',
};
