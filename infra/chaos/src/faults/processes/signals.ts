import type { System } from '../../system/system.ts';
import { type Injected, until } from '../fault.ts';

/** Sends a signal to a process by its name and answers its pid. Throws while it is being started again. */
export function send(name: string, signal: NodeJS.Signals, system: System): number {
  const pid = system.pidOf(name);
  if (pid === null || !signalled(pid, signal)) throw new Error(`${name} is being started again`);
  return pid;
}

/** False when it has ended already: what the supervisor says is a moment behind. */
export function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Ends a process. It is back when it runs under another pid: the supervisor starts it again. */
export async function killed(name: string, signal: NodeJS.Signals, system: System): Promise<Injected> {
  const pid = send(name, signal, system);
  const back = (): boolean => {
    const now = system.pidOf(name);
    return now !== null && now !== pid;
  };
  return until(() => {}, { back });
}
