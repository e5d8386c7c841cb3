/** A row of `inspectSequences`. Numbers are exact up to 2^53. */
export interface SequenceState {
  readonly shard: number;
  readonly name: string;
  /** Whether it is there and hands out every number. */
  readonly dense: boolean;
  /** The newest number handed out on this server; null when none was. */
  readonly last: number | null;
  /** How far the shard is published; null without a checkpoint. */
  readonly cursor: number | null;
  /** The lowest number of a row; null without rows. */
  readonly first: number | null;
  /** The newest number that a row, a parked copy or the checkpoint uses. */
  readonly used: number;
}

/** Whether it would hand out numbers that were used. */
export const isBehind = ({ last, used }: SequenceState): boolean => (last ?? 0) < used;
