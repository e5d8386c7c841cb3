import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@bezel/local/bench';

/** A small disk for the broker's data. */
export interface BrokerDisk extends AsyncDisposable {
  /** The folder it is mounted at. */
  readonly folder: string;
  /** Takes all the room there is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  empty(): Promise<void>;
}

const MIB = 2 ** 20;
const SIZE_MIB = 512;

/**
 * Mounts one, a tmpfs.
 *
 * @throws what `mount` says where it is not allowed
 */
export async function mountBrokerDisk(): Promise<BrokerDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'bezel-chaos-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m,mode=0755`, 'bezel-chaos', folder], { cwd: '/' });
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    async fill() {
      await using file = await open(ballast, 'w');
      const piece = Buffer.alloc(MIB);
      const { bavail, bsize } = await statfs(folder);
      for (let left = bavail * bsize; left > 0; left -= MIB) {
        try {
          await file.write(piece);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
          throw error;
        }
      }
    },
    empty: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', folder], { cwd: '/' });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
