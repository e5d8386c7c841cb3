import type { Role } from '../service/index.ts';
import { type RunningSweeps, type Sweep, startSweeps } from './sweeps.ts';

/** A role that also sweeps, from when it has started until it is to stop. Both stop at the same time: each may take seconds. */
export function sweepingRole(role: Role, app: string, sweeps: readonly Sweep[]): Role {
  let running: RunningSweeps | undefined;
  let stopped = false;
  return {
    ...role,
    async start(fatal) {
      await role.start(fatal);
      if (!stopped) running = startSweeps(app, sweeps);
    },
    async stop() {
      stopped = true;
      await Promise.all([running?.stop(), role.stop()]);
    },
  };
}
