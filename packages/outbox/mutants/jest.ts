import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHECKOUT, signalGroup } from '@bezel/local/bench';
import { nameOf, type TestChoice } from './mutant.ts';
import type { JestReport } from './verdict.ts';
import type { Workspace } from './workspace.ts';

/** As with `npm test`: a slow machine is no defect. */
const PATIENCE_MS = 120_000;
/** What hangs is ended, and proves nothing. */
const LIMIT_MS = 6 * 60_000;

/** Runs tests in a workspace, with the settings the checkout's own tests have. */
export class Jest {
  readonly #workspace: Workspace;
  readonly #config: string;
  readonly #report: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  private constructor(workspace: Workspace, env: Readonly<Record<string, string>>, signal: AbortSignal) {
    this.#workspace = workspace;
    this.#config = join(workspace.folder, 'jest.config.json');
    this.#report = join(workspace.folder, 'report.json');
    this.#env = env;
    this.#signal = signal;
  }

  static async in(workspace: Workspace, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Jest> {
    const jest = new Jest(workspace, env, signal);
    const { default: config } = (await import(pathToFileURL(join(CHECKOUT, 'jest.config.mjs')).href)) as {
      default: { projects: readonly [Readonly<Record<string, unknown>>] };
    };
    const [{ transform, testEnvironment, testEnvironmentOptions, extensionsToTreatAsEsm }] = config.projects;
    const settings = {
      ...{ transform, testEnvironment, testEnvironmentOptions, extensionsToTreatAsEsm },
      rootDir: workspace.folder,
      testMatch: ['<rootDir>/packages/**/*.{spec,int.test}.ts'],
      cacheDirectory: join(workspace.folder, 'cache'),
    };
    writeFileSync(jest.#config, JSON.stringify(settings));
    return jest;
  }

  /** Runs the tests chosen, which are of one file. */
  async run(file: string, choices: readonly TestChoice[]): Promise<JestReport> {
    this.#signal.throwIfAborted();
    rmSync(this.#report, { force: true });
    const names = choices.map((choice) => RegExp.escape(nameOf(choice))).join('|');
    const output = await this.#ended([
      ...['--experimental-vm-modules', join(CHECKOUT, 'node_modules', 'jest', 'bin', 'jest.js')],
      ...['--config', this.#config, '--rootDir', this.#workspace.folder, '--runInBand', '--forceExit'],
      `--testTimeout=${PATIENCE_MS}`,
      ...['--json', `--outputFile=${this.#report}`, '--testNamePattern', names],
      ...['--runTestsByPath', this.#workspace.path(file)],
    ]);
    this.#signal.throwIfAborted();
    try {
      return JSON.parse(readFileSync(this.#report, 'utf8')) as JestReport;
    } catch {
      return { testResults: [{ message: `Jest ended without a report\n${output}`, assertionResults: [] }] };
    }
  }

  /** In a process group of its own, so that what its tests started ends with it. Answers what it said on stderr. */
  #ended(args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, args, {
      cwd: this.#workspace.folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...this.#env, FORCE_COLOR: '0', NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    });
    const end = (): void => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    };
    const limit = setTimeout(end, LIMIT_MS);
    this.#signal.addEventListener('abort', end, { once: true });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-5_000);
    });
    return new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve(said));
    }).finally(() => {
      clearTimeout(limit);
      this.#signal.removeEventListener('abort', end);
      end();
    });
  }
}
