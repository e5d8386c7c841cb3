/** Which of two figures is better. */
export type Better = 'higher' | 'lower';

/** One figure over all rounds. */
export interface Figure {
  readonly best: number;
  readonly median: number;
  readonly rounds: readonly number[];
}

/**
 * Measures contenders in turn, round after round: a, b, a, b … So a machine that becomes slower or faster meanwhile does
 * so for all of them.
 */
export async function alternate<Name extends string, Sample>(
  rounds: number,
  contenders: Readonly<Record<Name, (round: number) => Promise<Sample>>>,
): Promise<Readonly<Record<Name, readonly Sample[]>>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      samples[name].push(await contenders[name](round));
    }
  }
  return samples;
}

/** @throws RangeError when there is no round */
export function figure(rounds: readonly number[], better: Better): Figure {
  const best = better === 'higher' ? Math.max(...rounds) : Math.min(...rounds);
  return { best, median: median(rounds), rounds };
}

/** @throws RangeError when there is no value */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  if (upper === undefined || lower === undefined) {
    throw new RangeError('no median of nothing');
  }
  return (lower + upper) / 2;
}

/**
 * The smallest value that at least `percent` of all values do not exceed.
 *
 * @throws RangeError when there is no value
 */
export function percentile(values: readonly number[] | Float64Array, percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const found = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (found === undefined) {
    throw new RangeError('no percentile of nothing');
  }
  return found;
}

/** Rounded for people and JSON: `digits` after the point. */
export const round = (value: number, digits = 0): number => Number(value.toFixed(digits));
