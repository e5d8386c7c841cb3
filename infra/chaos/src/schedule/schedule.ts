import { randomOf } from '@bezel/demo/clients';

/** A fault as the seed decides it, before anything runs. */
export interface PlannedFault {
  /** From 0, in the order of the schedule. */
  readonly index: number;
  readonly kind: string;
  readonly target: string;
  /** When: this part of the run's work is done, from 0 to less than 1. */
  readonly at: number;
  readonly lastsMs: number;
  /** It comes while the one before it is still felt. Its recovery, and that of the one before, is not counted. */
  readonly together: boolean;
  /** Decides whatever else the kind leaves open: from 0 to less than 1. */
  readonly draw: number;
}

/** What the schedule has to know of a kind. */
export interface Schedulable {
  readonly name: string;
  readonly targets: readonly string[];
  readonly lastsS: readonly [number, number];
}

const TOGETHER = 0.15;

/**
 * Spreads faults over a run: one in each of as many equal stretches, somewhere inside it. Kinds take turns in an order that
 * the seed shuffles anew each time round, and so do the targets of a kind: a long run has all of them about equally often.
 *
 * Pure: the same seed, number and kinds give the same schedule, on any machine.
 */
export function planFaults(seed: string, faults: number, kinds: readonly Schedulable[]): readonly PlannedFault[] {
  const random = randomOf(seed, 'faults');
  const nextKind = turns(kinds, () => random.next());
  const nextTargets = new Map(kinds.map(({ name, targets }) => [name, turns(targets, () => random.next())]));
  if (kinds.length === 0) return [];
  return Array.from({ length: faults }, (_, index) => {
    const { name, lastsS } = nextKind();
    const [least, most] = lastsS;
    return {
      index,
      kind: name,
      target: nextTargets.get(name)?.() ?? '',
      at: (index + random.next()) / faults,
      lastsMs: Math.round((least + (most - least) * random.next()) * 1_000),
      together: index > 0 && random.chance(TOGETHER),
      draw: random.next(),
    };
  });
}

/** Deals items one by one, all of them before any comes again, in a new order each time round. */
function turns<Item>(items: readonly Item[], next: () => number): () => Item {
  let left: Item[] = [];
  return () => {
    if (left.length === 0) left = [...items];
    const [item] = left.splice(Math.floor(next() * left.length), 1);
    return item as Item;
  };
}
