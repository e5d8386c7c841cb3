import { readdirSync, readFileSync } from 'node:fs';

/**
 * Bytes of memory that a process and all its descendants hold now, a page shared by several counted once. Null where the
 * system does not tell: only Linux does, and only of processes this user may look at.
 */
export function memoryOf(pid: number): number | null {
  if (process.platform !== 'linux') {
    return null;
  }
  try {
    return [pid, ...descendantsOf(pid)].reduce((sum, each) => sum + proportionalBytes(each), 0);
  } catch {
    return null; // not allowed to look
  }
}

function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [...(children.get(pid) ?? [])];
  for (const each of found) {
    found.push(...(children.get(each) ?? [])); // grows while it is walked: the whole tree
  }
  return found;
}

/** Pid of the parent; 0 when the process is gone. */
function parentOf(pid: string): number {
  const status = readOrEmpty(`/proc/${pid}/status`);
  return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
}

/** The process's own pages and its share of those it shares; 0 when it is gone. */
function proportionalBytes(pid: number): number {
  const rollup = readOrEmpty(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s*(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1_024;
}

/** What the system says of a process; empty once it is gone. Throws when this user may not read it. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return '';
    }
    throw error;
  }
}
