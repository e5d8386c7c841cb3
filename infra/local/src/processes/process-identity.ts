import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process as it can be recognised later: a pid alone is reused by the system, a pid with its start time is not.
 * `started` is opaque: compare it, never parse it.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** When a process was started, as an opaque text that no later process with the same pid shares; null when it is gone. */
export function startOf(pid: number): string | null {
  return process.platform === 'linux' ? startOnLinux(pid) : startFromPs(pid);
}

/** The identity of a living process; null when there is none with this pid. */
export function identify(pid: number): ProcessIdentity | null {
  const started = startOf(pid);
  return started === null ? null : { pid, started };
}

/** True while the very process that was identified runs: not one that got its pid later, not a zombie. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  return startOf(pid) === started;
}

function startOnLinux(pid: number): string | null {
  try {
    // The command name, in parentheses, may hold spaces and parentheses: fields are counted after the last one.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    const ticks = fields[19];
    if (state === 'Z' || state === 'X' || ticks === undefined) {
      return null;
    }
    return `${bootId()}/${ticks}`;
  } catch {
    return null;
  }
}

let boot: string | undefined;
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

function startFromPs(pid: number): string | null {
  try {
    const [state = '', ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/);
    return state === '' || state.startsWith('Z') ? null : started.join(' ');
  } catch {
    return null;
  }
}
