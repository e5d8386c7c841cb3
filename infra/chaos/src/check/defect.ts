/** What is wrong with an order. */
export interface Defect {
  /**
   * `lost`: what was answered, written or owed is not there. `duplicate-effect`: it happened twice, or without anybody having
   * asked for it. `out-of-order`: it came the wrong way round. `unfinished`: it did not end.
   */
  readonly kind: 'lost' | 'duplicate-effect' | 'out-of-order' | 'unfinished';
  /** The order's id; where there is none, what it is about. */
  readonly order: string;
  readonly what: string;
}

/** Tells of a defect of the order at hand. */
export type Add = (kind: Defect['kind'], what: string) => void;
