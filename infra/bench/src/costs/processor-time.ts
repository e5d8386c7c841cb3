import { readdir, readFile } from 'node:fs/promises';

/** Processor time by who used it, in ms since each was started. Empty where the system does not tell (/proc of Linux). */
export type ProcessorTimes = ReadonlyMap<string, number>;

/** Who a process is, by its command line; those of the bench and what it started, and of Postgres what Postgres started. */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^postgres: temporal /, 'Postgres, for Temporal'],
  [/^postgres: (shop|mes|crm) /, 'Postgres, for the apps'],
  [/^postgres: |\/postgres /, 'Postgres itself'],
  [/\/temporal(-server)? /, 'Temporal server'],
  [/ kafka\.Kafka /, 'Kafka'],
  [/apps\/[a-z]+-api\/dist\/main\.js/, 'apps'],
  [/bare\/worker-process\.ts/, 'apps'],
];
/** The kernel counts in hundredths of a second. */
const TICK_MS = 10;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly ms: number;
}

export async function processorTimes(): Promise<ProcessorTimes> {
  const processes = await allProcesses();
  const children = processes.filter(({ parent }) => parent === process.pid);
  const grandchildren = processes.filter(({ parent }) => children.some(({ pid }) => pid === parent));
  const { user, system } = process.cpuUsage();
  const times = new Map([['bench', (user + system) / 1_000]]);
  for (const { command, ms } of [...children, ...grandchildren]) {
    const group = GROUPS.find(([pattern]) => pattern.test(command))?.[1];
    if (group !== undefined) times.set(group, (times.get(group) ?? 0) + ms);
  }
  return processes.length === 0 ? new Map() : times;
}

/** What was used between two looks, by those who used any. */
export const processorTimeBetween = (before: ProcessorTimes, after: ProcessorTimes): ProcessorTimes =>
  new Map([...after].map(([group, ms]) => [group, Math.max(0, ms - (before.get(group) ?? 0))]));

async function allProcesses(): Promise<readonly Process[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => processOf(Number(name))));
  return found.filter((each) => each !== undefined);
}

async function processOf(pid: number): Promise<Process | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    return { pid, command: `${command.replaceAll('\0', ' ').trim()} `, ...readStat(stat) };
  } catch {
    return undefined; // it has ended
  }
}

/** Parent and processor time of a line of /proc/<pid>/stat. The name in it, in parentheses, may hold anything. */
export function readStat(stat: string): Pick<Process, 'parent' | 'ms'> {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
}
