import { EXIT, type Outcome } from '../command.ts';

/** Never "all is well": an order that nobody knows may be one that was lost whole. */
export const unknownOrder = (named: string): Outcome => ({
  document: { ok: false, unknown: named },
  text: () => `No source knows the order ${named}. If its row is gone it has no number any more: ask by its id.`,
  exitCode: EXIT.unknown,
});
