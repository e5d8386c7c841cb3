/** Where the database is, and where its outbox believes it is. */
export const inspectCluster = (schema: string): string => `
SELECT
  pg_is_in_recovery() AS standby, c.shards::int AS shards,
  c.system_identifier <> (SELECT system_identifier FROM pg_control_system()) AS moved
FROM ${schema}.config AS c`;

/** Leases and checkpoints of shards that have none: a copy of chosen tables may have left them out. */
export const makeMissing = (schema: string): readonly string[] =>
  ['lease', 'checkpoint'].map(
    (table) => `
INSERT INTO ${schema}.${table} (shard) SELECT generate_series(0, shards - 1) FROM ${schema}.config
ON CONFLICT DO NOTHING`,
  );

/**
 * Locks a sequence without changing it: ALTER SEQUENCE waits for every transaction that has drawn from it, and nextval
 * waits for ALTER SEQUENCE. So all rows with numbers of it are visible to the next statement, and none is drawn while it is
 * raised; a plain setval beside a nextval could put it back.
 */
export const lockSequence = (schema: string, name: string): string => `ALTER SEQUENCE ${schema}."${name}" NO CYCLE`;

/** Not undone by a rollback, and does no harm then: numbers are left out. $1 the newest number that is used. */
export const raiseSequence = (schema: string, name: string): string =>
  `SELECT setval('${schema}."${name}"'::regclass, $1::bigint)`;

/** From here on this is the outbox's cluster. */
export const takeIdentity = (schema: string): string =>
  `UPDATE ${schema}.config SET system_identifier = (SELECT system_identifier FROM pg_control_system())`;
