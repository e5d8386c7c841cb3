import { table, writeWhole } from '../report/document.ts';
import type { Where } from '../report/where.ts';
import { crashMatrixOfOrders } from './matrix/cells.ts';
import { LIFECYCLE } from './matrix/lifecycle.ts';
import { POINTS, ROLES } from './matrix/points.ts';
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
  const steps = LIFECYCLE.map(({ name }) => name);
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
`;
}
