import { table, writeWhole } from '../report/document.ts';
import type { Where } from '../report/where.ts';
import { crashMatrixOfOrders } from './matrix/cells.ts';
import { STEPS } from './matrix/lifecycle.ts';
import { POINTS, ROLES } from './matrix/points.ts';
import { MESSAGES_WITHOUT_STEP, MOVES_WITHOUT_STEP, ROLES_WITHOUT_CELLS } from './matrix/without-step.ts';
import type { CrashPointsSummary } from './report.ts';
import type { CrashPointsOutcome } from './run-crash-points.ts';

const FILE = new URL('../../CRASH-POINTS.md', import.meta.url);

/** Writes what a run of the whole matrix came to. */
export async function writeResults(
  summary: CrashPointsSummary,
  outcome: CrashPointsOutcome,
  { date, commit, machine }: Where,
  seconds: number,
): Promise<void> {
  const run = `${date}, commit ${commit}, ${machine}, ${Math.round(seconds / 60)} minutes`;
  await writeWhole(FILE, resultsOf(summary, outcome, run));
}

/** The document: a table of all cells, what failed, and what cannot be reached and why. */
export function resultsOf(
  { cells, passed, unreachable, failed, orders, beside }: CrashPointsSummary,
  outcome: Pick<CrashPointsOutcome, 'passed'>,
  run: string,
): string {
  const matrix = crashMatrixOfOrders();
  const ok = new Set(outcome.passed);
  const steps = STEPS.map(({ name }) => name);
  const rows = ROLES.flatMap((role) =>
    POINTS[role].map((failpoint) => [
      role,
      `\`${failpoint}\``,
      ...steps.map((step) => {
        const those = matrix.cells.filter(
          (cell) => cell.role === role && cell.failpoint === failpoint && cell.step === step,
        );
        const good = those.filter(({ id }) => ok.has(id)).length;
        if (those.length === 0) return '·';
        return good === those.length ? `✓${good > 1 ? ` ${good}` : ''}` : `✗ ${good} of ${those.length}`;
      }),
    ]),
  );
  const reasons = Map.groupBy(matrix.unreachable, ({ role, why }) => `${role}: ${why}`);
  return `# Crash points

Written by \`npm run crash-points\` when it runs the whole matrix. ${run}.

${table(
  ['cells', 'passed', 'failed', 'wrong beside them', 'unreachable', 'orders'],
  [[cells, passed, failed.length, beside.length, unreachable, orders]],
)}
${[
  ...failed.map(({ cell, why }) => `${cell}: ${why.join('; ')}`),
  ...beside.map((what) => `wrong, and in no cell: ${what}`),
]
  .map((what) => `\n- ${what}`)
  .join('')}

## Every role × failpoint × step

✓ the process died there by SIGKILL and was started anew, and nothing is wrong with the order it had at hand; with a number: with
so many messages of the step. ✗ failed. · cannot be reached, see below.

${table(['role', 'failpoint', ...steps], rows)}

## Not reached

${[...reasons]
  .map(([reason, those]) => {
    const points = Map.groupBy(those, ({ failpoint }) => failpoint);
    const places = [...points].map(([failpoint, at]) => `\`${failpoint}\` in ${at.map(({ step }) => step).join(', ')}`);
    return `- ${reason}. ${places.join('; ')}`;
  })
  .join('\n')}

## Without a step or a cell of their own

${[
  ...named('the move', MOVES_WITHOUT_STEP),
  ...named('the message', MESSAGES_WITHOUT_STEP),
  ...named('the role', ROLES_WITHOUT_CELLS),
].join('\n')}
`;
}

const named = (what: string, list: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(list).map(([name, why]) => `- ${what} \`${name}\`: ${why}`);
