/** Only one process migrates a schema at a time; it holds until the transaction ends, behind a pooler too. */
export const lock = (schema: string): string =>
  `SELECT pg_advisory_xact_lock(hashtextextended('bezel outbox migrate ${schema}', 0))`;

/** CREATE SCHEMA IF NOT EXISTS would ask for a right on the database even when the schema is there. */
export const createSchema = (schema: string): string => `
DO $$ BEGIN
  IF to_regnamespace('${schema}') IS NULL THEN
    CREATE SCHEMA ${schema};
  END IF;
END $$`;

export const createVersionTable = (schema: string): string => `
CREATE TABLE IF NOT EXISTS ${schema}.migration (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;

export const selectVersion = (schema: string): string =>
  `SELECT coalesce(max(version), 0) AS version FROM ${schema}.migration`;

export const recordVersion = (schema: string, version: number, name: string): string =>
  `INSERT INTO ${schema}.migration (version, name) VALUES (${version}, '${name}')`;

/**
 * What a service's login needs: to write messages and to run a relay, a consumer and retention. Message rows are never
 * updated and never deleted, so that right is not given; only the function `empty_slot` may truncate a slot.
 */
export const grant = (schema: string, role: string): string => `
DO $$
DECLARE
  part regclass;
  login text := '${role.replaceAll("'", "''")}';
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA ${schema} TO %I', login);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO %I', login);
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO %I', login);
  EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO %I', login);
  FOR part IN SELECT relid FROM pg_partition_tree('${schema}.message') LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', part, login);
  END LOOP;
END $$`;
