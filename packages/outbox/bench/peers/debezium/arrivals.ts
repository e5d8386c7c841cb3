/** A message that arrived, in the order of its partition. */
export interface Arrival {
  readonly key: string;
  /** Which one it is, in the order of writing. */
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What became of the messages of one round. */
export interface Arrivals {
  readonly written: number;
  /** Each counted once, however often it came. */
  readonly arrived: number;
  /** Those that came once more. */
  readonly repeated: number;
  /** Those that came behind a later one of their key. */
  readonly outOfOrder: number;
  /** From the first to the last that came. */
  readonly ms: number;
}

/** Counts what arrived of the messages from `first` on; others, of earlier rounds, count as nothing. */
export function countArrivals(first: number, written: number) {
  const seen = new Set<number>();
  const latestOfKey = new Map<string, number>();
  let repeated = 0;
  let outOfOrder = 0;
  let began = Number.POSITIVE_INFINITY;
  let ended = Number.NEGATIVE_INFINITY;
  return {
    add({ key, n, at }: Arrival): void {
      if (n < first || n >= first + written) return;
      if (seen.has(n)) {
        repeated += 1;
        return;
      }
      seen.add(n);
      const latest = latestOfKey.get(key) ?? -1;
      if (n < latest) outOfOrder += 1;
      latestOfKey.set(key, Math.max(n, latest));
      began = Math.min(began, at);
      ended = Math.max(ended, at);
    },
    result: (): Arrivals => ({ written, arrived: seen.size, repeated, outOfOrder, ms: Math.max(0, ended - began) }),
  };
}

/** In words, all rounds together. */
export function arrivalsInWords(rounds: readonly Arrivals[]): string {
  const sum = (of: (round: Arrivals) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const counts = rounds.map(({ arrived, written }) => `${arrived} of ${written}`).join(', ');
  const repeated = sum((round) => round.repeated);
  const outOfOrder = sum((round) => round.outOfOrder);
  const order = outOfOrder === 0 ? 'each key in order' : `${outOfOrder} behind a later one of their key`;
  return `${counts} messages arrived, ${order}, ${repeated === 0 ? 'none' : repeated} repeated.`;
}
