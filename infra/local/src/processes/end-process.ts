import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { signalGroup } from './signal-group.ts';

/**
 * Asks a process that is not our child to end, and settles when it has; 0 asks nothing of one that is ending already.
 * What is still there after `graceMs` is killed, with its group if it leads one. Answers false when it was gone already.
 */
export async function endProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals | 0,
  graceMs: number,
): Promise<boolean> {
  if (!isAlive(identity)) {
    return false;
  }
  process.kill(identity.pid, signal);
  const deadline = performance.now() + graceMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) {
      signalGroup(identity.pid, 'SIGKILL');
      killOne(identity);
    }
    await delay(50);
  }
  return true;
}

function killOne(identity: ProcessIdentity): void {
  try {
    process.kill(identity.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
