import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StackFile } from '../../stack/state/stack-file.ts';

/** `npm start` as a test runs it. */
export interface RunningStart extends AsyncDisposable {
  readonly pid: number;
  /** What it printed on standard error so far. */
  readonly lines: readonly string[];
  /** The stack file it printed when ready; rejects, with everything it printed, when it ended before. */
  readonly ready: Promise<StackFile>;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
}

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'start.ts');

/** Runs `npm start -- --json …` with its state in a folder of its own. Disposing of it sends SIGTERM and waits. */
export function runStart(
  state: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): RunningStart {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', PROGRAM, '--json', ...args], {
    env: { ...process.env, ...env, BEZEL_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const ended = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const printed = once(createInterface({ input: child.stdout }), 'line').then(
    ([line]) => JSON.parse(String(line)) as StackFile,
  );
  const ready = Promise.race([
    printed,
    ended.then(({ code, signal }) => {
      throw new Error(`it ended (${signal ?? code}) before it was ready:\n${lines.join('\n')}`);
    }),
  ]);
  ready.catch(() => {}); // whoever awaits it hears of it
  return {
    pid: child.pid ?? 0,
    lines,
    ready,
    ended,
    signal: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
