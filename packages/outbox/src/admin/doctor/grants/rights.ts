/** One right, as Postgres's functions `has_…_privilege` ask for it. */
export interface RightCheck {
  readonly kind: 'schema' | 'table' | 'sequences' | 'function';
  readonly privilege: string;
  /** As it stands in SQL. */
  readonly object: string;
  /** Some columns of a table; null when it is about all. */
  readonly columns: readonly string[] | null;
}

const KINDS: Readonly<Record<string, RightCheck['kind']>> = {
  'ALL SEQUENCES IN SCHEMA': 'sequences',
  FUNCTION: 'function',
  SCHEMA: 'schema',
};

/**
 * Takes apart what stands between GRANT and TO: "SELECT, UPDATE ON a, b", "INSERT (x, y) ON a", "EXECUTE ON FUNCTION f(int)".
 *
 * @throws TypeError when it is none of these
 */
export function checksOf(right: string): RightCheck[] {
  const [, privileges, kind = '', objects] =
    /^(.+?) ON (?:(ALL SEQUENCES IN SCHEMA|FUNCTION|SCHEMA)\s)?(.+)$/s.exec(right) ?? [];
  if (privileges === undefined || objects === undefined) {
    throw new TypeError(`not a right: ${right}`);
  }
  return listed(privileges).flatMap((privilege) => {
    const [, name = privilege, columns] = /^(\w+) \((.+)\)$/.exec(privilege) ?? [];
    return listed(objects).map((object) => ({
      kind: KINDS[kind] ?? 'table',
      privilege: name,
      object,
      columns: columns === undefined ? null : listed(columns),
    }));
  });
}

/** Parts at commas outside parentheses. */
const listed = (text: string): string[] => text.split(/,(?![^(]*\))/).map((part) => part.trim());
