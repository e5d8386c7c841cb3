/** No shard is asked for fewer rows than this: what is known of its backlog is always a little old. */
export const LEAST_ROWS = 64;

/**
 * Shares out how many rows each shard may answer in the next read. Each gets what its backlog asks for while the budget
 * lasts; when it does not last, those who ask for much share equally what those who ask for little leave.
 */
export function shareRows(backlogs: readonly number[], budget: number): number[] {
  const limits = new Array<number>(backlogs.length).fill(0);
  const order = backlogs
    .map((backlog, lane) => ({ lane, wanted: backlog + LEAST_ROWS }))
    .sort((a, b) => a.wanted - b.wanted);
  let left = budget;
  order.forEach(({ lane, wanted }, n) => {
    const fair = Math.floor(left / (order.length - n));
    const limit = Math.max(LEAST_ROWS, Math.min(wanted, fair));
    limits[lane] = limit;
    left = Math.max(0, left - limit);
  });
  return limits;
}
