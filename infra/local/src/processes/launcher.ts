import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/**
 * The npm that runs this process as a script; null when this is no npm script. npm puts a shell between itself and the
 * script, which stays or becomes the script, as the shell likes. A signal sent to npm ends the two at most: the script
 * lives on, with nobody to end it.
 */
export function launchingNpm(env: NodeJS.ProcessEnv = process.env): ProcessIdentity | null {
  if (env['npm_lifecycle_event'] === undefined) {
    return null;
  }
  const parent = describe(process.ppid);
  if (parent === null) {
    return null;
  }
  return identify(SHELLS.has(parent.name) ? parent.parent : process.ppid);
}

const LOOK_EVERY_MS = 1_000;

/** Calls `tell` once when that npm has ended, however it did. Keeps no process alive. */
export function whenGone(npm: ProcessIdentity | null, tell: () => void): Disposable {
  const looking = setInterval(() => {
    if (npm !== null && !isAlive(npm)) {
      clearInterval(looking);
      tell();
    }
  }, LOOK_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(looking) };
}

const SHELLS = new Set(['sh', 'dash', 'bash', 'zsh', 'ash', 'busybox']);

interface Described {
  readonly name: string;
  readonly parent: number;
}

function describe(pid: number): Described | null {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return null; // gone
  }
}

function fromProc(pid: number): Described {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return { name: field('Name'), parent: Number(field('PPid')) };
}

function fromPs(pid: number): Described {
  const text = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parent = '', name = ''] = /^\s*(\d+)\s+(.*?)\s*$/.exec(text) ?? [];
  return { name: basename(name).replace(/^-/, ''), parent: Number(parent) };
}
