/**
 * The kinds of lives an order can have in the matrix, by how each has to end. Every step is come to in one of them
 * (`Step.life`).
 */
export const KINDS = {
  delivered: 'DELIVERED',
  cancelled: 'CANCELLED',
  rejected: 'REJECTED',
  /** Nobody answers the offer. */
  expired: 'CANCELLED',
  /** Its model takes longer to measure than a customer waits without a word. */
  slow: 'DELIVERED',
  /** Operators leave it alone until it is late. */
  late: 'DELIVERED',
  /** Called off when it has left the house. */
  'called-off-too-late': 'DELIVERED',
  /** Called off, and the first withdrawal fails. */
  'withdrawn-in-vain': 'CANCELLED',
  /** Its messages cannot be handled, until an administrator has them played again. */
  unheard: 'DELIVERED',
} as const;

export type Kind = keyof typeof KINDS;
