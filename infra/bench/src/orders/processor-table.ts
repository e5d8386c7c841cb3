import { type Finding, round } from '@bezel/local/measuring';
import type { ProcessorTimes } from '../costs/processor-time.ts';

/** Who was busy for how many ms, a row for each of what is compared; no table where the system does not tell. */
export function processorTable(what: string, rows: ReadonlyMap<string, ProcessorTimes>): Finding['tables'] {
  const groups = [...new Set([...rows.values()].flatMap((times) => [...times.keys()]))].sort();
  if (groups.length === 0) return [];
  return [
    {
      head: [`ms ${what}`, ...groups],
      rows: [...rows].map(([name, times]) => [name, ...groups.map((group) => String(round(times.get(group) ?? 0, 1)))]),
    },
  ];
}
