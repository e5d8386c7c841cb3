import type { BatchOutcome } from '../transaction/outcome.ts';

/** Transactions that collide so often in a row do not solve it themselves. */
const MOST = 10;

/** A collision is nobody's fault, and tried again; the last of many in a row counts as a failure of the message at work. */
export const countCollision = (outcome: BatchOutcome, before: number): BatchOutcome =>
  outcome.kind === 'collided' && before + 1 >= MOST
    ? { kind: 'failed', at: outcome.at, error: outcome.error }
    : outcome;
