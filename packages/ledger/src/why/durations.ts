const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/**
 * A length of time as people say it: its two largest units, the second left out where it is nothing.
 *
 * @example
 * roughly(93_784_000); // '1 day 2 hours'
 */
export function roughly(ms: number): string {
  const at = UNITS.findIndex(([, size]) => ms >= size);
  if (at < 0) return 'less than a second';
  const words: string[] = [];
  let rest = ms;
  for (const [unit, size] of UNITS.slice(at, at + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return words.join(' ');
}

/** A moment as people read it: 2026-01-31 12:00 UTC. */
export const momentInWords = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
