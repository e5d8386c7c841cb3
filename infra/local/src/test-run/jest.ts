import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signalGroup } from '../processes/signal-group.ts';
import { withOwnPrograms } from '../stack/apps/build.ts';
import { CHECKOUT, COMPILED } from '../stack/places.ts';
import { TEST_RUN_FOLDER_VARIABLE } from '../testing/servers/servers.ts';
import { FAILED, type JestReport, type Outcome, outcomeOf } from './outcome.ts';

/** The kinds of test, told apart by file name. */
export const KINDS = ['spec', 'int', 'e2e'] as const;
export type Kind = (typeof KINDS)[number];

export interface JestOptions {
  readonly kind: Kind;
  /** Only test files whose path matches. */
  readonly pattern?: string | undefined;
  /** Not those whose path matches. */
  readonly ignore?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Tests that have a long version run it. */
  readonly full: boolean;
  /** How many files at once. */
  readonly workers: number;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
}

/** No kind of test may take longer, in its short form or its long one; what hangs is ended and counted as failed. */
const LIMIT_MS = { short: 30 * 60_000, long: 120 * 60_000 } as const;

/** How long a test may take unless it says so itself: generous, because a slow machine is no defect. */
const PATIENCE_MS: Readonly<Record<Kind, number>> = { spec: 60_000, int: 120_000, e2e: 300_000 };

/** Runs one kind of test and counts it. Each finished file is a line. Throws the signal's reason when it was told to end. */
export async function runJest(options: JestOptions): Promise<Outcome> {
  const { kind, pattern, ignore, workers, write, signal } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bezel-jest-'));
  const reportFile = join(folder, 'report.json');
  try {
    const args = [
      ...['--experimental-vm-modules', join(CHECKOUT, 'node_modules', 'jest', 'bin', 'jest.js')],
      ...['--selectProjects', kind, '--passWithNoTests', '--json', `--outputFile=${reportFile}`],
      ...[
        `--maxWorkers=${workers}`,
        `--testTimeout=${PATIENCE_MS[kind]}`,
        `--reporters=${join(import.meta.dirname, 'reporter.ts')}`,
      ],
      ...(pattern === undefined ? [] : ['--testPathPatterns', pattern]),
      ...(ignore === undefined ? [] : ['/node_modules/', ignore]).map((each) => `--testPathIgnorePatterns=${each}`),
    ];
    // Tests start hundreds of programs, and to compile one takes longer than most of what it does.
    const env = { NODE_COMPILE_CACHE: COMPILED, [TEST_RUN_FOLDER_VARIABLE]: folder, ...options.env };
    await ended(args, env, options);
    return outcomeOf(JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport);
  } catch (error) {
    signal.throwIfAborted();
    write(`  ✗ jest ended without a report: ${(error as Error).message}`);
    return FAILED;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For Jest and whatever its tests start: Node's word that modules in vm are experimental, and kafkajs' odd timers. */
const withoutNoise = (): string =>
  [
    process.env['NODE_OPTIONS'] ?? '',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
  ].join(' ');

const OF_NO_USE = /^(Running \S+ projects?: |Test results written to: |No tests found, exiting with code 0)/;

/** Runs Jest in a process group of its own, so that its workers end with it. */
function ended(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { full, write, signal }: Pick<JestOptions, 'full' | 'write' | 'signal'>,
): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: CHECKOUT,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...{ ...process.env, FORCE_COLOR: '0', PATH: withOwnPrograms(), NODE_OPTIONS: withoutNoise() },
      ...(full ? { BEZEL_TEST_FULL: '1' } : {}),
      ...env,
    },
  });
  const end = (): void => {
    if (child.pid !== undefined) {
      signalGroup(child.pid, 'SIGKILL');
    }
  };
  const limitMs = full ? LIMIT_MS.long : LIMIT_MS.short;
  const limit = setTimeout(() => {
    write(`  ✗ ended after ${limitMs / 60_000} minutes`);
    end();
  }, limitMs);
  signal.addEventListener('abort', end, { once: true });
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((candidate) => !OF_NO_USE.test(candidate))) {
      write(line);
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(limit);
      signal.removeEventListener('abort', end);
      resolve();
    });
  });
}
