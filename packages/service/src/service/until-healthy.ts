import { setTimeout as delay } from 'node:timers/promises';
import { log } from '../telemetry/index.ts';
import type { LifeCycle } from './life-cycle.ts';

const EVERY_MS = 100;
const COMPLAIN_EVERY_MS = 10_000;

/** Resolves with true once every role works, with false when the process stops before that. Complains while it waits. */
export async function untilHealthy(life: LifeCycle): Promise<boolean> {
  let complained = performance.now();
  while (life.state === 'working') {
    const reasons = await troubles(life);
    if (reasons.length === 0) {
      return true;
    }
    if (performance.now() - complained > COMPLAIN_EVERY_MS) {
      complained = performance.now();
      log.warn(`not ready yet: ${reasons.join('; ')}`);
    }
    await delay(EVERY_MS);
  }
  return false;
}

async function troubles({ roles }: LifeCycle): Promise<string[]> {
  const checks = await Promise.allSettled(roles.map(({ role }) => role.health()));
  return checks.flatMap((check, index) =>
    check.status === 'rejected' ? [`${roles[index]?.name}: ${String(check.reason?.message ?? check.reason)}`] : [],
  );
}
