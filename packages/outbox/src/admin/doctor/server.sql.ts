/** What the server is, and its time. The schema need not be there. */
export const inspectServer = (): string => `
SELECT
  clock_timestamp() AS at, current_setting('server_version_num')::int AS number,
  current_setting('server_version') AS version, pg_is_in_recovery() AS standby`;

/** Counters that living relays keep moving. */
export const beats = (schema: string): string =>
  `SELECT coalesce(sum(renewals), 0)::text AS renewals FROM ${schema}.lease`;
