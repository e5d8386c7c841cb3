import { GrantMissingError } from '../../errors/relaying.ts';

/** A row of `inspectSequences`. Numbers are exact up to 2^53. */
export interface SequenceState {
  readonly shard: number;
  readonly name: string;
  /** Whether it is there and hands out every number. */
  readonly dense: boolean;
  /** Whether this login may see how far it is; null where there is no sequence. */
  readonly readable: boolean | null;
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

/** Refuses rows in which what may not be read looks like a sequence that handed out nothing. @throws GrantMissingError */
export function assertReadable(rows: readonly Pick<SequenceState, 'name' | 'readable'>[]): void {
  const hidden = rows.find(({ readable }) => readable === false);
  if (hidden !== undefined) {
    throw new GrantMissingError(
      `permission denied for sequence ${hidden.name}, so nobody can tell how far it is; use the login that owns the schema, or grant SELECT ON ALL SEQUENCES`,
    );
  }
}
