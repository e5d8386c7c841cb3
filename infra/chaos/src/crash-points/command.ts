import { endedEarly, sayWithSeconds, untilToldToEnd } from '@bezel/local/bench';
import { where } from '../report/where.ts';
import { crashMatrixOfOrders } from './matrix/cells.ts';
import { type CrashPointOptions, readCrashPointOptions } from './options.ts';
import { linesOf, summaryOf } from './report.ts';
import { writeResults } from './results.ts';
import { runCrashPoints } from './run-crash-points.ts';

/** Deaths of several processes take their time: an order meets eight of them at most. */
const PATIENCE_MS = 600_000;
const SETTLE_MS = 60_000;

/** `npm run crash-points …`: answers the exit code. */
export async function crashPointsCommand(argv: readonly string[]): Promise<number> {
  const options = readCrashPointOptions(argv);
  if (options.list) {
    const { cells, unreachable } = crashMatrixOfOrders();
    for (const { id } of cells) console.log(id);
    for (const { role, failpoint, step, why } of unreachable)
      console.log(`${role}/${failpoint}/${step}: not reached: ${why}`);
    return 0;
  }
  const signal = untilToldToEnd();
  const say = sayWithSeconds();
  try {
    return await run(options, say, signal);
  } catch (error) {
    endedEarly(error, signal, say);
    return process.exitCode === 1 ? 2 : Number(process.exitCode);
  }
}

async function run(
  { cells, whole, atOnce, mutant, results, json }: CrashPointOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  say(
    `${cells.length} deaths to be died, ${atOnce} orders at a time${mutant === null ? '' : `, with ${mutant.name}`}.`,
  );
  const ran = await where();
  const began = performance.now();
  const outcome = await runCrashPoints(
    { cells, atOnce, mutant, patienceMs: PATIENCE_MS, settleMs: SETTLE_MS },
    { say, signal },
  );
  const summary = summaryOf(cells, outcome, whole);
  for (const line of linesOf(summary)) console.error(line);
  if (json) console.log(JSON.stringify(summary));
  const seconds = (performance.now() - began) / 1_000;
  if (whole && results && mutant === null) await writeResults(summary, outcome, ran, seconds);
  return summary.failed.length + summary.beside.length === 0 ? 0 : 1;
}
