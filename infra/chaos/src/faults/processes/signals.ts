import { setTimeout as delay } from 'node:timers/promises';
import type { System } from '../../system/system.ts';
import { type Injected, until } from '../fault.ts';

const LOOK_MS = 50;

/** Sends a signal to a process by its name; waits while it is being started again. Answers its pid. */
export async function send(name: string, signal: NodeJS.Signals, system: System): Promise<number> {
  for (;;) {
    const pid = system.pidOf(name);
    if (pid !== null && signalled(pid, signal)) return pid;
    await delay(LOOK_MS);
  }
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
  const pid = await send(name, signal, system);
  const back = (): boolean => {
    const now = system.pidOf(name);
    return now !== null && now !== pid;
  };
  return until(() => {}, { back });
}
