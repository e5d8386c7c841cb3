import { mkdtemp, open, readdir, rm, statfs } from 'node:fs/promises';
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
/** Its folder's name: with the pid of the run whose it is. */
const PREFIX = 'bezel-chaos-disk-';

/**
 * Mounts one, a tmpfs. Those of runs that were killed are given back first: a full one takes memory until somebody does.
 *
 * @throws what `mount` says where it is not allowed
 */
export async function mountBrokerDisk(): Promise<BrokerDisk> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? process.pid);
    if (!isAlive(pid)) await giveBack(join(tmpdir(), name));
  }
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
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
    [Symbol.asyncDispose]: () => giveBack(folder),
  };
}

/** One that is not mounted any more, since the machine was started again, is a folder like any other. */
async function giveBack(folder: string): Promise<void> {
  await run('umount', ['--lazy', folder], { cwd: '/' }).catch(() => {});
  await rm(folder, { recursive: true, force: true });
}

/** A process of somebody else's is alive, too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
