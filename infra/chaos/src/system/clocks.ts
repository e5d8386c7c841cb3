import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Clocks of processes that can be set while they run, by libfaketime (Debian's package of that name). */
export interface Clocks extends AsyncDisposable {
  /** What a process has to be started with. */
  environment(process: string): Readonly<Record<string, string>>;
  /** Sets a process' clock off the machine's by so many seconds; 0: right again. Seen within a second. */
  set(process: string, offsetS: number): Promise<void>;
}

const FOLDERS = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];

/** The library for programs with threads; null where it is not installed. */
export function findLibrary(): string | null {
  if (process.platform !== 'linux') return null;
  for (const folder of FOLDERS.filter((one) => existsSync(one))) {
    for (const sub of ['.', ...readdirSync(folder)]) {
      const file = join(folder, sub, 'faketime', 'libfaketimeMT.so.1');
      if (existsSync(file)) return file;
    }
  }
  return null;
}

/**
 * The clock that tells the time of day jumps; the one that measures how long something took does not, as when somebody sets
 * a machine's clock.
 */
export async function openClocks(library: string, processes: readonly string[]): Promise<Clocks> {
  const folder = await mkdtemp(join(tmpdir(), 'bezel-chaos-clocks-'));
  const fileOf = (name: string): string => join(folder, name);
  const set = async (name: string, offsetS: number): Promise<void> => {
    const draft = fileOf(`${name}.draft`);
    await writeFile(draft, `${offsetS < 0 ? '' : '+'}${offsetS}\n`);
    await rename(draft, fileOf(name));
  };
  await Promise.all(processes.map((name) => set(name, 0)));
  return {
    environment: (name) => ({
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: fileOf(name),
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    }),
    set,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
      await removeLeftovers();
    },
  };
}

const SHARED_MEMORY = '/dev/shm';

/** What the library shares between a process and its children stays behind when the process is killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of existsSync(SHARED_MEMORY) ? readdirSync(SHARED_MEMORY) : []) {
    const pid = /^(?:sem\.)?faketime_(?:shm|sem)_(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await rm(join(SHARED_MEMORY, name), { force: true });
  }
}
