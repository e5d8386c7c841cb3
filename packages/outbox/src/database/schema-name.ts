/** The schema used unless another is named. */
export const DEFAULT_SCHEMA = 'outbox';

/** The schema as it stands in SQL. Names are kept plain, so that they need no escaping anywhere. */
export function quoteSchema(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(name)) {
    throw new TypeError(
      `schemaName must be 1 to 40 lower-case letters, digits and underscores, not starting with a digit; got "${name}"`,
    );
  }
  return `"${name}"`;
}
