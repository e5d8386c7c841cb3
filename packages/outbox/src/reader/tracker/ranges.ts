/** Sequence numbers from `from` to `to`, both included. Numbers are exact up to 2^53 messages a shard. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Sorts by start and joins ranges that touch or overlap. */
export function union(ranges: readonly Range[]): Range[] {
  const sorted = ranges.toSorted((a, b) => a.from - b.from);
  const joined: Range[] = [];
  let open: { from: number; to: number } | undefined;
  for (const { from, to } of sorted) {
    if (open !== undefined && from <= open.to + 1) {
      open.to = Math.max(open.to, to);
    } else {
      open = { from, to };
      joined.push(open);
    }
  }
  return joined;
}

/**
 * At most `max` ranges that contain all the given ones, which must be sorted and disjoint. The shortest distances are
 * bridged first, so that few numbers come in that were not in before.
 */
export function coalesce(ranges: readonly Range[], max: number): Range[] {
  if (ranges.length <= max) {
    return [...ranges];
  }
  const distances = Float64Array.from({ length: ranges.length - 1 }, (_, n) => distance(ranges, n));
  const bridges = ranges.length - max;
  const longest = Float64Array.from(distances).sort()[bridges - 1] ?? 0;
  // Distances equal to the longest are bridged only until there are few enough ranges.
  let spare = bridges - distances.reduce((count, value) => count + (value < longest ? 1 : 0), 0);
  const result: { from: number; to: number }[] = [];
  ranges.forEach(({ from, to }, n) => {
    const before = n === 0 ? Number.POSITIVE_INFINITY : (distances[n - 1] ?? 0);
    const last = result.at(-1);
    if (last !== undefined && (before < longest || (before === longest && spare-- > 0))) {
      last.to = to;
    } else {
      result.push({ from, to });
    }
  });
  return result;
}

/** What lies in `from`…`to` and is not among the numbers, which must be sorted and lie inside. */
export function without({ from, to }: Range, numbers: readonly number[]): Range[] {
  const rest: Range[] = [];
  let next = from;
  for (const number of numbers) {
    if (number > next) {
      rest.push({ from: next, to: number - 1 });
    }
    next = number + 1;
  }
  if (next <= to) {
    rest.push({ from: next, to });
  }
  return rest;
}

/** The ranges as Postgres writes an `int8multirange`. */
export function toMultirange(ranges: readonly Range[]): string {
  return `{${ranges.map(({ from, to }) => `[${from},${to + 1})`).join(',')}}`;
}

/** Reads an `int8multirange` of bounded ranges in Postgres's canonical form. */
export function parseMultirange(text: string): Range[] {
  return Array.from(text.matchAll(/\[(-?\d+),(-?\d+)\)/g), ([, from, end]) => ({
    from: Number(from),
    to: Number(end) - 1,
  }));
}

function distance(ranges: readonly Range[], n: number): number {
  return (ranges[n + 1]?.from ?? 0) - (ranges[n]?.to ?? 0);
}
