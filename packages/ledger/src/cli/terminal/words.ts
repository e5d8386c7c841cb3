const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** A length of time, to one unit: 12 s, 3 min, 5 h, 2 d. */
export function span(ms: number): string {
  for (const [size, unit] of UNITS) {
    if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  }
  return `${Math.floor(ms / 1_000)} s`;
}

/** A moment, UTC, to the second: 2026-01-31 12:00:00. */
export const instant = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** "1 order", "2 orders". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
