import { readFileSync } from 'node:fs';
import { writeJsonAtomically } from '../../supervisor/atomic-json.ts';

/** Notes a volume before it is made, so that whoever drops the stack's data finds it. */
export function noteVolume(file: string, name: string): void {
  const names = readVolumes(file);
  if (!names.includes(name)) {
    writeJsonAtomically(file, [...names, name]);
  }
}

/**
 * Drops every volume noted; one that is not there any more is no error. Answers false when the engine that has them does
 * not answer: they are then still to be dropped.
 */
export async function removeVolumes(file: string): Promise<boolean> {
  const names = readVolumes(file);
  if (names.length === 0) {
    return true;
  }
  const { getContainerRuntimeClient } = await import('testcontainers');
  const client = await getContainerRuntimeClient().catch(() => null);
  if (client === null) {
    return false;
  }
  const { container } = client;
  for (const name of names) {
    await container.dockerode
      .getVolume(name)
      .remove()
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== NOT_FOUND) {
          throw error;
        }
      });
  }
  return true;
}

const NOT_FOUND = 404;

function readVolumes(file: string): readonly string[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as string[];
  } catch {
    return [];
  }
}
