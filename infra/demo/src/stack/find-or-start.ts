import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { readStack, StackNotRunningError } from '@bezel/local';
import type { Stack } from './stack.ts';

/** The stack the demo started for itself did not come up. Its own output says why. */
export class StackNotStartedError extends Error {
  readonly code = 'stack_not_started';
  readonly retryable = false;

  constructor(exit: string) {
    super(`the stack did not start (${exit}); "npm start" shows the same`);
    this.name = 'StackNotStartedError';
  }
}

export interface StackOptions {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The stack that runs in this checkout, else one of the demo's own, without sample orders, that ends with the demo. */
export async function findOrStartStack(options: StackOptions): Promise<Stack> {
  try {
    const { starter } = readStack();
    options.say(`On the stack that runs here (process ${starter.pid}).`);
    return { now: () => readStack(), own: false, async [Symbol.asyncDispose]() {} };
  } catch (error) {
    if (!(error instanceof StackNotRunningError)) throw error;
  }
  options.say('No stack runs here: starting one for this demo.');
  return startStack(options);
}

const START = path.join(import.meta.dirname, '..', '..', '..', 'local', 'src', 'bin', 'start.ts');

/**
 * `npm start -- --empty --json` as a child in a process group of its own, so that Ctrl-C reaches the demo alone and the
 * stack ends after it. With `--json` its last line of standard output is the stack file, when everything is ready.
 */
async function startStack({ say, signal }: StackOptions): Promise<Stack> {
  const child = spawn(process.execPath, [START, '--empty', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  createInterface({ input: child.stderr }).on('line', say);
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve();
    });
  });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const failed = ended.then(([code, killed]) =>
    Promise.reject(new StackNotStartedError(killed ?? `exit code ${code}`)),
  );
  failed.catch(() => {}); // once it was ready, its end is no failure of the start
  try {
    await Promise.race([ready, failed, aborted]);
  } catch (error) {
    await end();
    throw error;
  }
  return { now: () => readStack(), own: true, [Symbol.asyncDispose]: end };
}
