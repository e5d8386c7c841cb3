import { randomBytes } from 'node:crypto';
import { createProgress } from '../servers/progress.ts';
import { CHECKS, CHECKS_BESIDE, type Check } from './checks.ts';
import { KINDS, type Kind, runJest } from './jest.ts';
import { leftoversOf, RUN_VARIABLE } from './leftovers.ts';
import { FAILED, type Outcome, PASSED, sum } from './outcome.ts';
import { roundsOf } from './rounds.ts';
import { type RunningTestServers, startTestServers } from './test-servers.ts';

export interface TestRunOptions {
  /** Only this kind of test, and no checks. */
  readonly only?: Kind | undefined;
  /** Only test files whose path matches. */
  readonly pattern?: string | undefined;
  /** Run the long versions of tests that have one (BEZEL_TEST_FULL=1). */
  readonly full: boolean;
  /** Fail unless every server comes from a container. */
  readonly requireContainers?: boolean;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs checks and tests, cheapest first, and counts everything. Servers are provided when the first test needs them and
 * end with the run; that no process is left counts as a check.
 */
export async function runTests(options: TestRunOptions): Promise<Outcome> {
  const { only, pattern, full, write, signal } = options;
  const runId = randomBytes(8).toString('hex');
  process.env[RUN_VARIABLE] = runId;
  const progress = createProgress(write);
  const outcomes: Outcome[] = [];
  let servers: RunningTestServers | undefined;
  let beside: Promise<Outcome>[] = [];
  try {
    const whole = only === undefined && pattern === undefined;
    const checked = (check: Check) => passes(() => progress.step(check.name, () => check.run(signal)), write);
    for (const check of whole ? CHECKS : []) {
      outcomes.push(await checked(check));
    }
    const built = whole && !outcomes.includes(FAILED);
    beside = whole ? CHECKS_BESIDE.map(checked) : [];
    for (const kind of KINDS.filter((candidate) => only === undefined || candidate === only)) {
      signal.throwIfAborted();
      if (kind !== 'spec' && servers === undefined) {
        servers = await startTestServers(progress, signal);
        for (const [server, origin] of Object.entries(servers.origins)) {
          write(`  ${server}: ${origin}`);
          if (options.requireContainers === true && !origin.startsWith('container ')) {
            throw new Error(`${server} does not come from a container`);
          }
        }
      }
      write(`${kind} tests`);
      for (const { workers, ignore, env: more } of roundsOf(kind, built)) {
        const env = { ...servers?.env, ...more };
        outcomes.push(await runJest({ kind, pattern, ignore, env, full, workers, write, signal }));
      }
      outcomes.push(...(await Promise.all(beside)));
      beside = []; // counted
    }
  } catch (error) {
    write(`  ✗ ${(error as Error).message}`);
    outcomes.push(FAILED);
  } finally {
    await Promise.all(beside);
    await servers?.stop();
  }
  outcomes.push(await passes(() => progress.step('no process is left', () => nothingIsLeft(runId)), write));
  return sum(outcomes);
}

async function passes(check: () => Promise<unknown>, write: (line: string) => void): Promise<Outcome> {
  try {
    await check();
    return PASSED;
  } catch (error) {
    write((error as Error).message);
    return FAILED;
  }
}

/** Ends what is left, after having found it: the next run shall not suffer for this one. */
async function nothingIsLeft(runId: string): Promise<void> {
  const left = leftoversOf(runId);
  for (const { pid } of left) {
    process.kill(pid, 'SIGKILL');
  }
  if (left.length > 0) {
    throw new Error(`left running:\n${left.map(({ pid, command }) => `  ${pid} ${command}`).join('\n')}`);
  }
}
