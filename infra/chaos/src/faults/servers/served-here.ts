import type { System } from '../../system/system.ts';

/** Why a server cannot be signalled, or null. */
export function servedHere(server: string, { stack }: System): string | null {
  const unit = stack.units().find(({ name }) => name === server);
  if (unit === undefined) return `${server} was given by the environment, it is not this run's to break`;
  return unit.container === null ? null : `${server} runs in a container, its processes are not this run's to signal`;
}
