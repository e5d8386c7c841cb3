import { GrantMissingError, SchemaOutdatedError } from '../errors/relaying.ts';

/** undefined_table, undefined_column, undefined_function, invalid_schema_name. */
const NOT_THERE = new Set(['42P01', '42703', '42883', '3F000']);
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Runs work on an outbox's tables, and says in this package's words when they are not there or may not be used.
 *
 * @throws SchemaOutdatedError, GrantMissingError, and whatever the work throws
 */
export async function explained<T>(schemaName: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string };
    if (NOT_THERE.has(String(code))) {
      throw new SchemaOutdatedError(`schema "${schemaName}" has no outbox, or an older one: ${message}; run migrate`, {
        cause: error,
      });
    }
    if (code === INSUFFICIENT_PRIVILEGE) {
      throw new GrantMissingError(`${message}; use the login that owns schema "${schemaName}"`, { cause: error });
    }
    throw error;
  }
}
