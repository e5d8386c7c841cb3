import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identify } from '../processes/process-identity.ts';
import { signalGroup } from '../processes/signal-group.ts';
import { openLog } from './log-file.ts';
import type { Found, Running, Unit } from './unit.ts';

/** A command line to run as a process of a stack. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Run as this user; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

/** A unit that is one process. */
export interface ProcessUnitOptions extends Omit<Unit, 'launch'> {
  readonly command: Command;
  readonly logFile: string;
  /** Which signal asks this program to end in order; SIGTERM unless given. */
  readonly stopSignal?: NodeJS.Signals;
}

/**
 * A unit that runs a command in a process group of its own: Ctrl-C in the terminal reaches only the supervisor, which
 * ends everything in order. Output is appended to the log file.
 */
export function processUnit({ command, logFile, stopSignal = 'SIGTERM', ...unit }: ProcessUnitOptions): Unit {
  return { ...unit, launch: (record) => launchProcess(command, logFile, stopSignal, record) };
}

function launchProcess(
  command: Command,
  logFile: string,
  stopSignal: NodeJS.Signals,
  record: (found: Found) => void,
): Promise<Running> {
  const log = openLog(logFile);
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...command.user,
  });
  closeSync(log);
  const { pid } = child;
  const identity = pid === undefined ? null : identify(pid);
  if (identity !== null) {
    record({ process: identity, stopSignal });
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`cannot run ${command.file}: ${error.message}`, { cause: error })));
    if (pid === undefined) {
      return;
    }
    const ended = new Promise<string>((end) => {
      child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
    resolve({
      pid,
      container: null,
      ended,
      kill: () => signalGroup(pid, 'SIGKILL'),
      async stop(graceMs) {
        child.kill(stopSignal);
        const timer = new AbortController();
        await Promise.race([ended, delay(graceMs, undefined, { signal: timer.signal }).catch(() => {})]);
        timer.abort();
        signalGroup(pid, 'SIGKILL'); // what is still there, and what the process itself left behind
        await ended;
      },
    });
  });
}
