import type { Hop, OutboxHop, TopicHop } from '../account/hops.ts';

/** Where a copy of a message lies; its offset as text, so that a plan can be printed as JSON. */
export interface CopyPlace {
  readonly hop: TopicHop;
  readonly partition: number;
  readonly offset: string;
}

/** Where a message lies in its outbox. */
export interface OutboxPlace {
  readonly hop: OutboxHop;
  readonly shard: number;
  readonly seq: string;
}

interface Planned {
  readonly orderId: string;
  /** For people: what is wrong. */
  readonly because: string;
  /** For people: what the repair would do. */
  readonly text: string;
  /**
   * What it was concluded from, in short. The same repair of the same evidence is one repair, however often the same caller asks for
   * it; should the order need it once more, the evidence is another.
   */
  readonly evidence: string;
}

/**
 * A repair that may be asked for at any time, beside the running system and more than once: whoever carries it out looks again
 * whether it is needed, and whoever is told again knows what he knows.
 */
export type Repair = Planned &
  (
    | { readonly kind: 'redrive' }
    | { readonly kind: 'publish-again'; readonly messageId: string; readonly place: OutboxPlace }
    | { readonly kind: 'run-workflow' }
    /** `copy` where the content of another service's fact is read; null for a fact the shop has itself. */
    | { readonly kind: 'tell-fact'; readonly messageId: string; readonly copy: CopyPlace | null }
    | { readonly kind: 'project-again'; readonly messageId: string; readonly copy: CopyPlace }
  );

/** The kinds of repairs, in the order in which they are asked for: what brings messages first, then who acts on them. */
export const REPAIR_KINDS = [
  'redrive',
  'publish-again',
  'run-workflow',
  'tell-fact',
  'project-again',
] as const satisfies readonly Repair['kind'][];

/** Something that nothing repairs safely. */
export interface ByHand {
  readonly orderId: string;
  readonly hop: Hop;
  /** For people: what is wrong. */
  readonly because: string;
  /** For people: why somebody must look, and at what. */
  readonly text: string;
}

/** What would be done about an order, and what must be left to people. Both empty: nothing is to be repaired. */
export interface RepairPlan {
  readonly orderId: string;
  readonly repairs: readonly Repair[];
  readonly byHand: readonly ByHand[];
}
