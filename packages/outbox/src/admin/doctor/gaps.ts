import type { GapHolder, ShardGaps } from '../look/gaps.ts';
import { type Finding, finding } from './findings.ts';

/**
 * Transactions that have written and are open for long, as two looks at them show. Of another login's Postgres tells no time
 * to who is no member of pg_read_all_stats: such a one counts when it is there both times.
 */
export function gapFindings(
  before: readonly ShardGaps[],
  after: readonly ShardGaps[],
  { openSeconds = 60, watchMs = 2_000 }: { readonly openSeconds?: number; readonly watchMs?: number },
): Finding[] {
  const seen = new Set(before.flatMap(({ shard, holders }) => holders.map(({ pid }) => `${shard} ${pid}`)));
  return after.flatMap(({ shard, holders }) =>
    holders.flatMap((holder) => {
      const { pid, seconds } = holder;
      const subject = `shard ${shard}`;
      if (seconds === null) {
        const lasts = `${nameOf(holder)} has written and is open for ${watchMs / 1_000} s or more; only a member of pg_read_all_stats may see since when`;
        return seen.has(`${shard} ${pid}`) ? [finding('GAP_HELD', subject, lasts)] : [];
      }
      return seconds >= openSeconds
        ? [finding('GAP_HELD', subject, `${nameOf(holder)} has written and is open for ${Math.round(seconds)} s`)]
        : [];
    }),
  );
}

const nameOf = ({ pid, prepared, login, application }: GapHolder): string =>
  prepared === null
    ? ['session', pid, ...[login, application].filter((text) => text !== null && text !== '')].join(' ')
    : `prepared transaction '${prepared}'`;
