import type { Evidence } from '../../account/evidence.ts';
import type { Hop } from '../../account/hops.ts';
import type { FindingKind } from '../../audit/finding.ts';

/**
 * One thing that can go wrong with an order, as a change of what is known about it. `plant` answers null where the
 * defect cannot happen to this life (a work order that is not there cannot be doubled).
 */
export interface Defect {
  readonly name: string;
  readonly expected: { readonly kind: FindingKind; readonly hop: Hop };
  /** `pick` chooses one of n possibilities. */
  plant(evidence: readonly Evidence[], pick: (n: number) => number): Evidence[] | null;
}

export const lost = (hop: Hop) => ({ kind: 'lost', hop }) as const;
export const doubled = (hop: Hop) => ({ kind: 'doubled-effect', hop }) as const;
export const disordered = (hop: Hop) => ({ kind: 'out-of-order', hop }) as const;
export const phantom = (hop: Hop) => ({ kind: 'phantom', hop }) as const;
