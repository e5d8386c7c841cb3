/** `npm run mutants`: see command-line.ts, or run it with --help. */
import {
  createProgress,
  endedEarly,
  sayWithSeconds,
  startTestServers,
  TEST_SERVER_VARIABLES,
  untilToldToEnd,
} from '@bezel/local/bench';
import { readOptions } from './command-line.ts';
import { type Mutant, nameOf, needsServers, PROMISES } from './mutant.ts';
import { type MutantOutcome, runMutants } from './run-mutants.ts';

const { mutants, list, json } = readOptions(process.argv.slice(2));
const say = sayWithSeconds();

if (list) {
  for (const mutant of mutants) console.log(described(mutant));
} else {
  const signal = untilToldToEnd();
  try {
    const outcomes = await withServers(signal, (env) => runMutants({ mutants, env, signal, say }));
    const found = report(outcomes);
    console.log(
      json ? JSON.stringify({ planted: mutants.length, found }) : `${mutants.length} planted, ${found} found`,
    );
    process.exitCode = found === mutants.length ? 0 : 1;
  } catch (error) {
    endedEarly(error, signal, say);
  }
}

function described({ name, breaks, file, caughtBy }: Mutant): string {
  return `${name}\n  ${breaks}, ${PROMISES[breaks]}; in ${file}\n  ${caughtBy.file}, "${nameOf(caughtBy)}"`;
}

/** Says what is not well, and answers how many were found. */
function report(outcomes: readonly MutantOutcome[]): number {
  for (const { mutant, verdict } of outcomes) {
    if (verdict.kind === 'passed') say(`NOT FOUND: ${described(mutant)}`);
    if (verdict.kind === 'broken') say(`BROKEN: ${described(mutant)}\n${verdict.why}`);
  }
  return outcomes.filter(({ verdict }) => verdict.kind === 'failed').length;
}

/** With the servers that are given, or with servers of its own that end with the work, if any test needs them. */
async function withServers<T>(
  signal: AbortSignal,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const given = Object.values(TEST_SERVER_VARIABLES).every((name) => (process.env[name] ?? '') !== '');
  if (given || !mutants.some(({ caughtBy }) => needsServers(caughtBy))) {
    return work({});
  }
  const servers = await startTestServers(createProgress(say), signal);
  try {
    return await work(servers.env);
  } finally {
    await servers.stop();
  }
}
