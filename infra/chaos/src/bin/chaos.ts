import { createProgress, endedEarly, sayWithSeconds, untilToldToEnd } from '@bezel/local/bench';
import { again, readOptions } from '../command-line.ts';
import { FAULT_KINDS } from '../faults/index.ts';
import { runMutants } from '../mutants/run-mutants.ts';
import { writeEvidence } from '../report/evidence-file.ts';
import { appendRun, keepMutants } from '../report/results.ts';
import { isSound, summarise } from '../report/summary.ts';
import { report } from '../report/verdict-report.ts';
import { serversOf, where } from '../report/where.ts';
import { runChaos } from '../run-chaos.ts';
import { planFaults } from '../schedule/schedule.ts';
import { processesOf } from '../system/layout.ts';
import { openSystem } from '../system/system.ts';
import { environmentOf, TERMS } from '../system/terms.ts';

const args = process.argv.slice(2);
const options = readOptions(args);
const PATIENCE_MS = 180_000;
/** Longer than a burst takes to be worked off, so that what comes next is felt by itself. */
const RECOVERY_MS = 150_000;
const OPERATORS = 3;
/** Of a hundred orders, those with a model that has a hole. */
const UNMAKEABLE_PERCENT = 3;

if (options.schedule) {
  const processes = processesOf(options.processes);
  const kinds = options.kinds.map(({ name, lastsS, targets }) => ({ name, lastsS, targets: targets(processes) }));
  for (const { at, kind, target, lastsMs, together } of planFaults(options.seed, options.faults, kinds)) {
    console.log(
      `${(at * 100).toFixed(0).padStart(3)} % ${kind} of ${target}, ${(lastsMs / 1_000).toFixed(1)} s${together ? ', with the one before' : ''}`,
    );
  }
} else {
  const signal = untilToldToEnd();
  const say = sayWithSeconds();
  try {
    process.exitCode = options.mutants.length > 0 ? await mutants(say, signal) : await chaos(say, signal);
  } catch (error) {
    endedEarly(error, signal, say);
    if (process.exitCode === 1) process.exitCode = 2;
  }
}

async function chaos(say: (line: string) => void, signal: AbortSignal): Promise<number> {
  const { kinds, seed, orders, faults, json } = options;
  say(`Chaos with seed ${seed}: ${orders} orders, ${faults} faults of ${kinds.length} of ${FAULT_KINDS.length} kinds.`);
  const ran = await where();
  const wants = (name: string): boolean => kinds.some((kind) => kind.name === name);
  await using system = await openSystem({
    layout: options.processes,
    customers: options.customers,
    wants: { clocks: wants('clock-jump'), disk: wants('disk-full') },
    progress: createProgress(say),
    signal,
  });
  const servers = await serversOf(system);
  await using _apps = await system.startApps({ environment: environmentOf(TERMS) });
  const outcome = await runChaos(
    system,
    {
      ...{ orders, faults, seed, kinds, minutes: options.minutes, cancelPercent: options.cancelPercent },
      unmakeablePercent: UNMAKEABLE_PERCENT,
      ...{ operators: OPERATORS, patienceMs: PATIENCE_MS, recoveryMs: RECOVERY_MS, settleMs: options.settle * 1_000 },
      stageMs: TERMS.stageMs,
    },
    { say, signal },
  );
  const summary = summarise(outcome, seed);
  for (const line of report(summary, outcome.verdict, again(options))) console.error(line);
  const { evidence } = outcome.verdict;
  if (evidence.length > 0) console.error(`All evidence of these orders: ${await writeEvidence(system.logs, evidence)}`);
  if (json) console.log(JSON.stringify(summary));
  if (options.results) await appendRun(summary, { options: again(options), servers, ran });
  return isSound(summary) ? 0 : 1;
}

async function mutants(say: (line: string) => void, signal: AbortSignal): Promise<number> {
  const ran = await where();
  await using system = await openSystem({
    ...{ layout: 'pairs', customers: options.customers, wants: { clocks: false, disk: false } },
    progress: createProgress(say),
    signal,
  });
  const outcomes = await runMutants(system, options.mutants, { seed: options.seed, say, signal });
  const missed = outcomes.filter(({ foundBy }) => foundBy === null).map(({ mutant }) => mutant.name);
  if (options.results) {
    await keepMutants(
      outcomes.map(({ mutant, foundBy }) => ({
        mutant: mutant.name,
        foundBy: foundBy === null ? null : `${foundBy.kind}: ${inGeneral(foundBy.what)}`,
      })),
      ran,
    );
  }
  const result = { planted: outcomes.length, found: outcomes.length - missed.length, missed };
  say(`${result.planted} planted, ${result.found} found${missed.length > 0 ? `, missed: ${missed.join(', ')}` : ''}`);
  console.log(JSON.stringify(result));
  return missed.length === 0 ? 0 : 1;
}

/** Without the ids, which say nothing to whoever reads of it later. */
function inGeneral(what: string): string {
  return what.replaceAll(/ ?[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
}
