import { getContainerRuntimeClient } from 'testcontainers';
import type { Found, Running, Unit } from '../../supervisor/unit.ts';
import { type ContainerOptions, LocalContainer } from './local-container.ts';
import { removeContainer } from './remove.ts';

export interface ContainerUnitOptions extends Omit<Unit, 'launch'> {
  readonly container: ContainerOptions;
}

/** A unit that is one container. Each launch is a new container on the same volume and ports. */
export function containerUnit({ container, ...unit }: ContainerUnitOptions): Unit {
  return { ...unit, launch: (record) => launchContainer(container, record) };
}

async function launchContainer(options: ContainerOptions, record: (found: Found) => void): Promise<Running> {
  record({ container: options.name });
  await removeContainer(options.name);
  const started = await new LocalContainer(options).start().catch(async (error: Error) => {
    await removeContainer(options.name); // it may have been made and not started
    throw error;
  });
  const { container } = await getContainerRuntimeClient();
  const handle = container.getById(started.getId());
  const ended = handle
    .wait()
    .then(
      ({ StatusCode }: { StatusCode: number }) => `container ended with exit code ${StatusCode}`,
      (error: Error) => `container is gone: ${error.message}`,
    )
    .finally(() => removeContainer(options.name));
  return {
    pid: null,
    container: started.getId(),
    ended,
    kill: () => {
      handle.remove({ force: true }).catch(() => {}); // nobody is left to tell
    },
    async stop(graceMs) {
      await handle.stop({ t: Math.ceil(graceMs / 1_000) }).catch(() => {}); // it may have ended by itself
      await ended;
    },
  };
}
