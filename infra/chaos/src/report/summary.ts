import type { Defect } from '../check/judge.ts';
import { nothing } from '../faults/nothing.ts';
import type { ChaosOutcome } from '../run-chaos.ts';

/** From the end of a fault's cause until the system as a whole moved again, in seconds. */
export interface Recovery {
  readonly p50S: number;
  readonly maxS: number;
}

/** What `--json` prints. New keys are only ever added at the end. */
export interface Summary {
  /** Orders the shop has of this run: those of customers, and one probe after each fault. */
  readonly orders: number;
  readonly faults: number;
  readonly lost: number;
  readonly duplicateEffects: number;
  readonly outOfOrder: number;
  readonly unfinished: number;
  readonly seed: string;
  readonly recovery: Readonly<Record<string, Recovery>>;
  readonly notRun: readonly { readonly kind: string; readonly why: string }[];
  /** Faults after which the system was not seen to move again while it was looked at. */
  readonly notRecovered: readonly string[];
  /** Every time that was measured, by kind. */
  readonly samplesS: Readonly<Record<string, readonly number[]>>;
}

export function summarise({ verdict, done, notRun }: ChaosOutcome, seed: string): Summary {
  const count = (kind: Defect['kind']): number => verdict.defects.filter((defect) => defect.kind === kind).length;
  const samplesS: Record<string, number[]> = {};
  for (const { fault, recoveredS, alone } of done) {
    if (recoveredS === null || !alone) continue;
    samplesS[fault.kind] = [...(samplesS[fault.kind] ?? []), Math.round(recoveredS * 10) / 10];
  }
  return {
    orders: verdict.orders,
    faults: done.filter(({ fault }) => fault.kind !== nothing.name).length,
    lost: count('lost'),
    duplicateEffects: count('duplicate-effect'),
    outOfOrder: count('out-of-order'),
    unfinished: count('unfinished'),
    seed,
    recovery: Object.fromEntries(Object.entries(samplesS).map(([kind, samples]) => [kind, recoveryOf(samples)])),
    notRun,
    notRecovered: done
      .filter(({ recoveredS }) => recoveredS === null)
      .map(({ fault }) => `${fault.kind} of ${fault.target}`),
    samplesS,
  };
}

/** Of at least one sample. */
export function recoveryOf(samples: readonly number[]): Recovery {
  const sorted = samples.toSorted((one, other) => one - other);
  return { p50S: sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, maxS: sorted.at(-1) ?? 0 };
}

export const isSound = ({ lost, duplicateEffects, outOfOrder, unfinished, notRecovered }: Summary): boolean =>
  lost + duplicateEffects + outOfOrder + unfinished + notRecovered.length === 0;
