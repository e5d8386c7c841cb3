/** No shard is asked for fewer rows while the budget lasts: what is known of its backlog is always a little old. */
export const LEAST_ROWS = 64;

/**
 * Shares out how many rows each shard may answer in the next read. Each gets what its backlog asks for while the budget
 * lasts; when it does not last, those who ask for much share equally what those who ask for little leave. All together get
 * no more than the budget, but for one row each.
 */
export function shareRows(backlogs: readonly number[], budget: number): number[] {
  const least = Math.max(1, Math.min(LEAST_ROWS, Math.floor(budget / backlogs.length)));
  const limits = new Array<number>(backlogs.length).fill(0);
  const order = backlogs
    .map((backlog, lane) => ({ lane, wanted: backlog + least }))
    .sort((a, b) => a.wanted - b.wanted);
  let left = budget;
  order.forEach(({ lane, wanted }, n) => {
    const fair = Math.floor(left / (order.length - n));
    const limit = Math.max(least, Math.min(wanted, fair));
    limits[lane] = limit;
    left = Math.max(0, left - limit);
  });
  return limits;
}
