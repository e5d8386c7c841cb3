/**
 * How many messages go into the next transaction. Large batches are cheap; a failed one is narrowed until the message
 * at fault stands alone, and a slow one is halved so that no transaction stays open for long.
 */
export interface BatchSize {
  readonly limit: number;
  /** The offset of a message known to fail: it is handled alone, after those before it. */
  readonly suspect: bigint | null;
}

const FIRST_LIMIT = 16;
/** Transactions should not last longer than this, in milliseconds. */
const TARGET_MS = 250;

export function firstBatchSize(max: number): BatchSize {
  return { limit: Math.min(FIRST_LIMIT, max), suspect: null };
}

/** How many of the waiting messages, given by their offsets in order, go into the next batch. At least one. */
export function takeBatch({ limit, suspect }: BatchSize, waiting: readonly { readonly offset: bigint }[]): number {
  if (suspect !== null && waiting[0]?.offset === suspect) {
    return 1;
  }
  const before = suspect === null ? -1 : waiting.findIndex(({ offset }) => offset >= suspect);
  return Math.max(1, Math.min(limit, before === -1 ? waiting.length : before, waiting.length));
}

/** After a batch that committed. */
export function afterCommit(
  { limit, suspect }: BatchSize,
  { size, tookMs, next, max }: { size: number; tookMs: number; next: bigint; max: number },
): BatchSize {
  const grown = size >= limit && tookMs < TARGET_MS / 2 ? Math.min(max, limit * 2) : limit;
  return {
    limit: tookMs > TARGET_MS ? Math.max(1, Math.floor(limit / 2)) : grown,
    suspect: suspect !== null && next > suspect ? null : suspect,
  };
}

/** After a batch that failed at a known message, or (`at` null) somewhere, for instance when it committed. */
export function afterFailure(
  size: BatchSize,
  { offsets, at }: { offsets: readonly bigint[]; at: number | null },
): BatchSize {
  const suspect = offsets.length === 1 ? offsets[0] : at === null ? undefined : offsets[at];
  if (suspect !== undefined) {
    return { ...size, suspect };
  }
  return { ...size, limit: Math.max(1, Math.floor(offsets.length / 2)) };
}
