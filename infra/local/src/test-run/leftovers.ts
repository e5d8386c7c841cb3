import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The variable every process of a test run inherits, with the run's id. */
export const RUN_VARIABLE = 'BEZEL_TEST_RUN';

/** A process of a test run that is still there. */
export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Every living process, other than this one, that was started with the run's id in its environment. */
export function leftoversOf(runId: string): readonly Leftover[] {
  const found = process.platform === 'linux' ? onLinux(runId) : fromPs(runId);
  return found.filter(({ pid }) => pid !== process.pid);
}

function onLinux(runId: string): Leftover[] {
  const wanted = `${RUN_VARIABLE}=${runId}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        // A zombie has no command line left: it has ended, and only its parent has not noticed yet.
        return variables.includes(wanted) && command !== '' ? [{ pid: Number(pid), command }] : [];
      } catch {
        return []; // another user's, or gone
      }
    });
}

function fromPs(runId: string): Leftover[] {
  return execFileSync('ps', ['eww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    .split('\n')
    .filter((line) => line.includes(`${RUN_VARIABLE}=${runId}`))
    .map((line) => {
      const [pid = '', ...command] = line.trim().split(/\s+/);
      return { pid: Number(pid), command: command.join(' ').slice(0, 200) };
    });
}
