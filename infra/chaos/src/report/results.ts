import { readFile } from 'node:fs/promises';
import { FAULT_KINDS } from '../faults/index.ts';
import { MUTANTS } from '../mutants/list.ts';
import { table, writeWhole } from './document.ts';
import { isSound, recoveryOf, type Summary } from './summary.ts';
import type { Where } from './where.ts';

const FILE = new URL('../../RESULTS.md', import.meta.url);

/** A run as RESULTS.md keeps it, one line of JSON each. Tables are made from the lines. */
export interface KeptRun extends Omit<Summary, 'recovery' | 'repairs'>, Where {
  /** What it was started with. */
  readonly options: string;
  /** Runs of before say nothing of them. */
  readonly servers?: string;
  /** Runs of before did not count them. */
  readonly repairs?: Summary['repairs'];
  /** Written by people, into the line of a run that was not sound: what was wrong, and what mended it. */
  readonly note?: string;
}

/** What became of a planted bug when it was planted last. */
export interface KeptMutant extends Pick<Where, 'date' | 'commit'> {
  readonly mutant: string;
  /** By what it was found; null: it was missed. */
  readonly foundBy: string | null;
}

/** Appends a run and makes the tables anew. */
export async function appendRun(
  { recovery: _, ...summary }: Summary,
  { options, servers, ran }: { readonly options: string; readonly servers: string; readonly ran: Where },
): Promise<void> {
  await rewrite(({ runs, mutants }) => ({ runs: [...runs, { ...summary, options, ...ran, servers }], mutants }));
}

/** Puts what became of planted bugs in the place of what became of them before. */
export async function keepMutants(
  outcomes: readonly Pick<KeptMutant, 'mutant' | 'foundBy'>[],
  { date, commit }: Where,
): Promise<void> {
  const names = outcomes.map(({ mutant }) => mutant);
  await rewrite(({ runs, mutants }) => ({
    runs,
    mutants: [
      ...mutants.filter(({ mutant }) => !names.includes(mutant)),
      ...outcomes.map((one) => ({ ...one, date, commit })),
    ],
  }));
}

/** What the document is made of. */
export interface Kept {
  readonly runs: readonly KeptRun[];
  readonly mutants: readonly KeptMutant[];
}

async function rewrite(change: (kept: Kept) => Kept): Promise<void> {
  const before = await readFile(FILE, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  await writeWhole(FILE, resultsOf(change(keptIn(before))));
}

/** What a document keeps: a line of JSON for each. */
export function keptIn(document: string): Kept {
  const lines = document.split('\n').filter((line) => line.startsWith('{'));
  const all = lines.map((line) => JSON.parse(line) as KeptRun | KeptMutant);
  return {
    runs: all.filter((one): one is KeptRun => !('mutant' in one)),
    mutants: all.filter((one): one is KeptMutant => 'mutant' in one),
  };
}

const sumOf = (runs: readonly KeptRun[], of: (run: KeptRun) => number): number =>
  runs.reduce((sum, run) => sum + of(run), 0);

const sumOfAll = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Every bug that can be planted, and what became of it. One that is planted no more has no row. */
function plantedOf(mutants: readonly KeptMutant[]): readonly (readonly string[])[] {
  return MUTANTS.map(({ name }) => name)
    .toSorted()
    .map((name) => {
      const kept = mutants.findLast(({ mutant }) => mutant === name);
      return kept === undefined
        ? [name, 'not planted yet', '', '']
        : [name, kept.foundBy ?? '**missed**', kept.date, kept.commit];
    });
}

/** The document: what all runs come to, how long each kind took to get over, and the runs. */
export function resultsOf({ runs, mutants }: Kept): string {
  const figures = (of: readonly KeptRun[]): readonly number[] =>
    (['orders', 'faults', 'lost', 'duplicateEffects', 'outOfOrder', 'unfinished'] as const).map((name) =>
      sumOf(of, (run) => run[name]),
    );
  const since = runs.slice(runs.findLastIndex((run) => !isSound(run)) + 1);
  const samples = new Map<string, number[]>();
  for (const run of runs) {
    for (const [kind, times] of Object.entries(run.samplesS))
      samples.set(kind, [...(samples.get(kind) ?? []), ...times]);
  }
  const names = [...FAULT_KINDS.map(({ name }) => name), ...samples.keys()];
  const recoveries = [...new Set(names)].map((kind) => {
    const times = samples.get(kind);
    if (times === undefined) return [kind, 0, '', ''];
    const { p50S, maxS } = recoveryOf(times);
    return [kind, times.length, p50S, maxS];
  });
  const notRun = new Map(runs.flatMap(({ notRun: those }) => those.map(({ kind, why }) => [kind, why] as const)));
  return `# Results

Written by \`npm run chaos\`: each run that came to a verdict is appended, defects and all, and the tables are made anew from all runs.

## All runs

${table(
  ['', 'runs', 'orders', 'faults', 'lost', 'duplicate effects', 'out of order', 'unfinished'],
  [
    ['all', runs.length, ...figures(runs)],
    ['since the last that was not sound', since.length, ...figures(since)],
  ],
)}

## Recovery

Seconds from the end of a fault's cause until the system as a whole moves again: an order submitted at that moment is
IN_MANUFACTURING for sales, every order that was open when the cause was gone has moved or ended, and a killed process runs again.
What an order, its customer and the operators take anyway is in it. Not in this table: faults that were felt at the same time as
another, those that nobody met, and those after which the system was not seen to move (they are in the last column of the runs).

${table(['fault', 'times', 'p50', 'max'], recoveries)}
${[...notRun].map(([kind, why]) => `\n- ${kind} was not run in some of them: ${why}`).join('')}
## The checker

\`npm run chaos -- --mutants\` plants bugs; each has to be found. When each was planted last:

${table(['planted bug', 'found by', 'date', 'commit'], plantedOf(mutants))}

## Runs

${table(
  [
    'date',
    'commit',
    'npm run chaos --',
    'orders',
    'faults',
    'lost',
    'duplicate effects',
    'out of order',
    'unfinished',
    'not recovered',
    'repairs',
  ],
  runs.map((run) => [
    ...[run.date, run.commit, `\`${run.options}\``, ...figures([run])],
    run.gaveUp ? 'gave up' : run.notRecovered.length,
    run.repairs === undefined ? 'not counted' : sumOfAll(run.repairs),
  ]),
)}
${runs
  .filter((run) => run.note !== undefined)
  .map(({ date, note }) => `\n- ${date}: ${note}`)
  .join('')}

\`\`\`json
${[...runs, ...mutants].map((one) => JSON.stringify(one)).join('\n')}
\`\`\`
`;
}
