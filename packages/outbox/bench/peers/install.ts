import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedOrFilled, type Progress, run } from '@bezel/local/bench';

/** A library of somebody else's, at one version. */
export interface PeerPackage {
  readonly name: string;
  readonly version: string;
}

/**
 * Installs a peer into the user's cache folder, once. It is no dependency of anything here. Answers its entry point's
 * folder.
 */
export async function installPeer(
  { name, version }: PeerPackage,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const fill = async (folder: string): Promise<void> => {
    const project = { name: 'peer', private: true, dependencies: { [name]: version } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(project));
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, signal });
  };
  const waiting = (pid: number): void => progress.say(`  · process ${pid} is installing ${name}; waiting for it`);
  return progress.step(`${name} ${version}`, () => cachedOrFilled(`peer-${name}-${version}`, fill, waiting, signal));
}
