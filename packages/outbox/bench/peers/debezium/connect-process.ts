/** Kafka Connect below a process that ends with the benchmark, however that ends, and takes Connect along. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { serve } from '@bezel/local/measuring';

export interface ConnectCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
}

let connect: ChildProcess | undefined;
let end: string | undefined;

const program = {
  /** Settles with its process id when it runs, long before it works. */
  async start({ file, args, cwd, logFile }: ConnectCommand): Promise<number> {
    const log = openSync(logFile, 'a');
    // In a group of its own: Ctrl-C in a terminal is not for it.
    connect = spawn(file, args, { cwd, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    connect.once('exit', (code, signal) => {
      end = signal ?? `exit code ${code}`;
    });
    await once(connect, 'spawn');
    return connect.pid ?? Number.NaN;
  },

  /** How it ended; undefined while it runs. */
  ended: async (_: null): Promise<string | undefined> => end,

  /** Stops it where it stands, without a word to anybody, until `thaw`: it takes no processor time. */
  async freeze(_: null): Promise<void> {
    connect?.kill('SIGSTOP');
  },

  async thaw(_: null): Promise<void> {
    connect?.kill('SIGCONT');
  },
};

// It keeps nothing that would be worth an orderly end.
process.once('exit', () => connect?.kill('SIGKILL'));
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

export type ConnectProgram = typeof program;
serve(program);
