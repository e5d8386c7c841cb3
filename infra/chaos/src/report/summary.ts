import type { Defect } from '../check/defect.ts';
import { nothing } from '../faults/nothing.ts';
import type { ChaosOutcome } from '../run-chaos.ts';

/** From the end of a fault's cause until the system as a whole moved again, in seconds. */
export interface Recovery {
  readonly p50S: number;
  readonly maxS: number;
}

/** What `--json` prints. New keys are only ever added at the end. */
export interface Summary {
  /** Orders the shop has of this run: those that were asked for, those of customers who came meanwhile, a probe for each fault. */
  readonly orders: number;
  /** Faults that were injected and met by somebody. */
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
  /** Every time that was measured, by kind: of faults that were met, felt by themselves, and got over. */
  readonly samplesS: Readonly<Record<string, readonly number[]>>;
  /** Faults that the schedule has; those that were not injected are in no other figure. */
  readonly planned: number;
  /** Faults that nobody met, each with its reason. */
  readonly idle: readonly string[];
  /** Nothing moved any more, and everybody went home before the end. */
  readonly gaveUp: boolean;
  /** Repairs that were carried out, by kind: the system got over the rest by itself. */
  readonly repairs: Readonly<Record<string, number>>;
}

export function summarise({ verdict, done, notRun, planned, gaveUp }: ChaosOutcome, seed: string): Summary {
  const count = (kind: Defect['kind']): number => verdict.defects.filter((defect) => defect.kind === kind).length;
  const samplesS: Record<string, number[]> = {};
  for (const { fault, recoveredS, alone, idle } of done) {
    if (recoveredS === null || !alone || idle !== null) continue;
    samplesS[fault.kind] = [...(samplesS[fault.kind] ?? []), Math.round(recoveredS * 10) / 10];
  }
  return {
    orders: verdict.orders,
    faults: done.filter(({ fault, idle }) => fault.kind !== nothing.name && idle === null).length,
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
    planned,
    idle: done.flatMap(({ fault, idle }) => (idle === null ? [] : [`${fault.kind} of ${fault.target}: ${idle}`])),
    gaveUp,
    repairs: Object.fromEntries(verdict.repairs),
  };
}

/** Of at least one sample. */
export function recoveryOf(samples: readonly number[]): Recovery {
  const sorted = samples.toSorted((one, other) => one - other);
  return { p50S: sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, maxS: sorted.at(-1) ?? 0 };
}

/** Nothing is wrong, and there was something to be wrong with: orders were served to the end. */
export const isSound = (summary: Omit<Summary, 'recovery' | 'repairs'>): boolean =>
  summary.lost + summary.duplicateEffects + summary.outOfOrder + summary.unfinished === 0 &&
  summary.notRecovered.length === 0 &&
  !summary.gaveUp &&
  summary.orders > 0;
