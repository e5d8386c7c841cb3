import { setTimeout as delay } from 'node:timers/promises';
import type { Tally } from '../clients/tally.ts';
import { appProcesses, type Stack } from '../stack/stack.ts';
import type { PlannedKill } from './schedule.ts';

/** One SIGKILL that was sent. */
export interface Kill {
  readonly name: string;
  readonly pid: number;
  /** The clients' steps taken until then. */
  readonly afterSteps: number;
}

export interface KillerContext {
  readonly stack: Stack;
  readonly tally: Tally;
  readonly servers: boolean;
  readonly onKill: (kill: Kill) => void;
}

const LOOK_MS = 20;

/**
 * Sends SIGKILL to one process of the stack after another, each when the clients have come far enough. When `hurry` fires
 * the clients are done, and what is left of the plan is carried out at once. Ends with the plan, or when `signal` fires.
 */
export async function killByPlan(
  plan: readonly PlannedKill[],
  context: KillerContext,
  { hurry, signal }: { readonly hurry: AbortSignal; readonly signal: AbortSignal },
): Promise<void> {
  const { tally } = context;
  for (const { afterSteps, victim } of plan) {
    await tally.reached(afterSteps, AbortSignal.any([hurry, signal]));
    if (signal.aborted) return;
    await killOne(victim, context, signal);
  }
}

async function killOne(
  choice: number,
  { stack, tally, servers, onKill }: KillerContext,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const file = stack.now();
    const alive = (servers ? file.processes : appProcesses(file)).filter(({ pid }) => pid !== null);
    const victim = alive[Math.floor(choice * alive.length)];
    if (victim?.pid && sendKill(victim.pid)) {
      onKill({ name: victim.name, pid: victim.pid, afterSteps: tally.steps });
      return;
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => {}); // all are being started again
  }
}

/** False when the process had ended already: the stack file is a moment behind. */
function sendKill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/**
 * Waits until every process of the stack is there again under another pid than the one that was killed.
 *
 * @returns names of those that are not, once the signal fires
 */
export async function allBack(stack: Stack, kills: readonly Kill[], signal: AbortSignal): Promise<readonly string[]> {
  const killed = new Set(kills.map(({ pid }) => pid));
  for (;;) {
    const missing = stack
      .now()
      .processes.filter(({ pid, container }) => (pid === null ? container === null : killed.has(pid)));
    if (missing.length === 0 || signal.aborted) return missing.map(({ name }) => name);
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}
