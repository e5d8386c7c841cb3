import type { Role } from '../service/index.ts';
import { type RunningSweeps, type Sweep, startSweeps } from './sweeps.ts';

/** A role that also sweeps, from when it has started until it is to stop. */
export function sweepingRole(role: Role, app: string, sweeps: readonly Sweep[]): Role {
  let running: RunningSweeps | undefined;
  return {
    ...role,
    async start(fatal) {
      await role.start(fatal);
      running = startSweeps(app, sweeps);
    },
    async stop() {
      await running?.stop();
      await role.stop();
    },
  };
}
