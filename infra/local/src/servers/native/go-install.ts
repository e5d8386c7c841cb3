import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../download/run.ts';

/**
 * Builds programs with Go into a folder, each under the name given for it. Go's own module proxy and checksums are used;
 * nothing is installed outside of the folder but Go's caches.
 */
export async function goInstall(
  go: string,
  programs: Readonly<Record<string, string>>,
  folder: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const bin = join(folder, 'bin');
  for (const [name, pkg] of Object.entries(programs)) {
    await mkdir(bin);
    await run(go, ['install', '-v', pkg], {
      cwd: folder,
      env: { GOBIN: bin, GOFLAGS: '', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
      onLine,
      signal,
    });
    const [built = ''] = await readdir(bin);
    await rename(join(bin, built), join(folder, name));
    await rm(bin, { recursive: true });
  }
}
