import type { Hop } from '../account/hops.ts';

/**
 * What can be wrong with an order at a hop.
 *
 * - `lost`: something that must be there is not: an order, a move, a message, its copy, its effect.
 * - `doubled-effect`: something that must happen once happened more often.
 * - `out-of-order`: first copies of messages overtook each other, or moves do not follow each other.
 * - `phantom`: something is there that nothing committed explains: a copy without its outbox row, say.
 * - `unfinished`: the order, or what belongs to it, rests longer than it may.
 * - `unreadable`: a source says of the order what cannot be read, so that what it would tell is neither accounted for nor called lost.
 * - `on-its-way`: not there yet and still young enough, or waiting for somebody who has time left. Not a defect.
 */
export const FINDING_KINDS = [
  'lost',
  'doubled-effect',
  'out-of-order',
  'phantom',
  'unfinished',
  'unreadable',
  'on-its-way',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** One thing the audit has to say about one order. */
export interface Finding {
  readonly kind: FindingKind;
  readonly hop: Hop;
  readonly orderId: string;
  /** The message it is about, if it is about one. */
  readonly messageId?: string;
  /** For people: what was expected and what is there. */
  readonly detail: string;
  /** Milliseconds since it should have been there; for `unfinished` and `on-its-way`, since it rests. */
  readonly ageMs?: number;
}

/** True for every kind but `on-its-way`. */
export const isDefect = (finding: Finding): boolean => finding.kind !== 'on-its-way';
