import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What V8 writes with --cpu-prof. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function, and the part of the busy time that was spent in it and not in what it called. */
export interface SelfTime {
  readonly name: string;
  readonly percent: number;
}

/** The functions that took most time themselves. Waiting does not count. */
export function topSelfTimes({ nodes, samples, timeDeltas }: CpuProfile, count: number): readonly SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  let busy = 0;
  for (const [n, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    if (name === '(idle)' || name === '(root)') continue;
    const time = timeDeltas[n] ?? 0;
    busy += time;
    times.set(name, (times.get(name) ?? 0) + time);
  }
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, time]) => ({ name, percent: (time * 100) / busy }));
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const inPackage = url.split('/node_modules/').at(-1) ?? url;
  const place = url.includes('/node_modules/') ? inPackage : basename(url);
  return url === '' ? name : `${name} ${place}:${lineNumber + 1}`;
}

/** The latest profile of a folder. */
export async function latestProfile(folder: string): Promise<CpuProfile> {
  const [latest] = (await readdir(folder))
    .filter((name) => name.endsWith('.cpuprofile'))
    .sort()
    .reverse();
  if (latest === undefined) throw new Error(`no profile in ${folder}`);
  return JSON.parse(await readFile(join(folder, latest), 'utf8')) as CpuProfile;
}
