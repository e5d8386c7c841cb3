import { randomBytes } from 'node:crypto';
import { createProgress } from '../servers/progress.ts';
import { CHECKS } from './checks.ts';
import { KINDS, type Kind, runJest } from './jest.ts';
import { leftoversOf, RUN_VARIABLE } from './leftovers.ts';
import { FAILED, type Outcome, PASSED, sum } from './outcome.ts';
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
  try {
    for (const check of only === undefined && pattern === undefined ? CHECKS : []) {
      outcomes.push(await passes(() => progress.step(check.name, () => check.run(signal)), write));
    }
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
      const env = { ...servers?.env, ...(full ? { BEZEL_TEST_FULL: '1' } : {}) };
      outcomes.push(await runJest({ kind, pattern, env, workers: kind === 'e2e' ? 1 : 2, write, signal }));
    }
  } catch (error) {
    write(`  ✗ ${(error as Error).message}`);
    outcomes.push(FAILED);
  } finally {
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
