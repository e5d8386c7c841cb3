import { spawn } from 'node:child_process';

/** A program that was run to its end and did not succeed. `message` ends with the last lines it wrote. */
export class ProgramFailedError extends Error {
  readonly code = 'PROGRAM_FAILED';

  constructor(command: string, how: string, output: string) {
    super(`${command}: ${how}${output === '' ? '' : `\n${output}`}`);
    this.name = 'ProgramFailedError';
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Only root may run a program as somebody else. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Ends the program as Ctrl-C would, and after five seconds by force. */
  readonly signal?: AbortSignal;
  /** Told each line as it is written, of either stream. */
  readonly onLine?: (line: string) => void;
}

const GRACE_MS = 5_000;

/**
 * Runs a program to its end and answers with what it wrote to standard output. Throws {@link ProgramFailedError}, and
 * the signal's reason when it was told to end; either way the program has ended by then.
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { signal } = options;
  signal?.throwIfAborted();
  const command = [file, ...args].join(' ');
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...options.user,
  });
  let stdout = '';
  let output = '';
  const collect = (text: string): void => {
    output = (output + text).slice(-20_000);
    for (const line of text.split('\n')) {
      if (line.trim() !== '') {
        options.onLine?.(line);
      }
    }
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    collect(text);
  });
  child.stderr.setEncoding('utf8').on('data', collect);
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGINT');
    force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  signal?.addEventListener('abort', end, { once: true });
  return new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new ProgramFailedError(command, error.message, '')));
    child.once('close', (code, how) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
      } else if (code === 0) {
        resolve(stdout);
      } else {
        const tail = output.trimEnd().split('\n').slice(-60).join('\n');
        reject(new ProgramFailedError(command, how ?? `exit code ${code}`, tail));
      }
    });
  }).finally(() => {
    signal?.removeEventListener('abort', end);
    clearTimeout(force);
  });
}
