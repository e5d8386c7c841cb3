import type { StatementRunner } from '../../database/statement.ts';
import {
  ClusterChangedError,
  GrantMissingError,
  SchemaOutdatedError,
  SequenceUnsafeError,
  ServerReadOnlyError,
} from '../../errors/relaying.ts';

/** The oldest version of the schema that a relay works with. */
export const SCHEMA_VERSION = 4;
const UNDEFINED_TABLE = '42P01';
const INVALID_SCHEMA = '3F000';

/** The sequence of each shard, by shard. */
export type Sequences = ReadonlyMap<number, number>;

/**
 * Refuses a database in which the reader's argument does not hold.
 *
 * @throws SchemaOutdatedError, ServerReadOnlyError, ClusterChangedError, SequenceUnsafeError, GrantMissingError, and
 * whatever the connection throws.
 */
export async function preflight(run: StatementRunner, statement: string, schemaName: string): Promise<Sequences> {
  let rows: { standby: boolean; version: number; home: boolean; sequences: SequenceRow[] }[];
  try {
    ({ rows } = await run.run(statement, []));
  } catch (error) {
    if ([UNDEFINED_TABLE, INVALID_SCHEMA].includes(String((error as { code?: unknown }).code))) {
      throw new SchemaOutdatedError(`schema "${schemaName}" has no outbox; run migrate first`, { cause: error });
    }
    throw error;
  }
  const [found] = rows;
  if (found === undefined || found.version < SCHEMA_VERSION) {
    throw new SchemaOutdatedError(`schema "${schemaName}" is older than this package; run migrate first`);
  }
  if (found.standby) {
    throw new ServerReadOnlyError('the server is a standby; a relay reads the primary only');
  }
  if (!found.home) {
    throw new ClusterChangedError(
      `schema "${schemaName}" was made on another cluster; its sequences and checkpoints must be adopted before a relay may run`,
    );
  }
  for (const { name, oid, dense, readable } of found.sequences) {
    if (oid === null || !dense) {
      throw new SequenceUnsafeError(
        oid === null
          ? `sequence "${schemaName}"."${name}" is missing`
          : `sequence "${schemaName}"."${name}" must have CACHE 1, INCREMENT 1 and NO CYCLE`,
      );
    }
    if (!readable) {
      throw new GrantMissingError(`this login may not read sequence "${schemaName}"."${name}"; migrate with grantTo`);
    }
  }
  return new Map(found.sequences.map(({ shard, oid }) => [shard, Number(oid)]));
}

interface SequenceRow {
  readonly shard: number;
  readonly name: string;
  readonly oid: number | null;
  readonly dense: boolean | null;
  readonly readable: boolean | null;
}
