/** What answers statements: a `pg.Pool` or a `pg.Client`. */
export interface Queryable {
  query(sql: string): Promise<{ rows: unknown[] }>;
}

/**
 * A column by which rows of a table can differ in what they wait for, with every value it is known to have. `?` is a value
 * nobody has listed: the column says by its name that it is a state.
 */
export interface KnownState {
  readonly column: string;
  readonly values: readonly string[];
}

/** Of a column that may be null: whether it is. */
export const NULL = 'null';
export const SET = 'set';

interface ColumnRow {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  /** Of an enum. */
  readonly labels: readonly string[] | null;
}

/** Partitions are left out: they are their table. */
const COLUMNS = `
  SELECT n.nspname || '.' || c.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS type,
         NOT a.attnotnull AS nullable,
         (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = a.atttypid) AS labels
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY 1, a.attnum`;

const CHECKS = `
  SELECT n.nspname || '.' || c.relname AS "table", pg_get_constraintdef(k.oid) AS definition
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE k.contype = 'c'`;

/** Which column takes its values from which: those of a foreign key, pair by pair. */
const REFERENCES = `
  SELECT n.nspname || '.' || c.relname AS "table", a.attname AS "column",
         fn.nspname || '.' || fc.relname AS "toTable", fa.attname AS "toColumn"
  FROM pg_constraint AS k
  JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_class AS fc ON fc.oid = k.confrelid JOIN pg_namespace AS fn ON fn.oid = fc.relnamespace
  CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair (own, other)
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = pair.own
  JOIN pg_attribute AS fa ON fa.attrelid = fc.oid AND fa.attnum = pair.other
  WHERE k.contype = 'f'`;

/**
 * The tables of a database and the states their rows can be in, as the database itself knows them: values listed in CHECK
 * constraints (also through a foreign key), enums, booleans, moments that may be missing (`done_at`), and columns that are
 * called a status or a state.
 */
export async function statesOf(db: Queryable): Promise<Map<string, KnownState[]>> {
  const columns = (await db.query(COLUMNS)).rows as ColumnRow[];
  const checks = (await db.query(CHECKS)).rows as { table: string; definition: string }[];
  const references = (await db.query(REFERENCES)).rows as {
    readonly [Name in 'table' | 'column' | 'toTable' | 'toColumn']: string;
  }[];

  const listed = (table: string, column: string, seen: readonly string[] = []): string[] => {
    const place = `${table}.${column}`;
    if (seen.includes(place)) return [];
    const own = checks.filter((check) => check.table === table);
    const others = references.filter((reference) => reference.table === table && reference.column === column);
    return [
      ...own.flatMap(({ definition }) => valuesIn(definition, column)),
      ...others.flatMap(({ toTable, toColumn }) => listed(toTable, toColumn, [...seen, place])),
    ];
  };

  const found = new Map<string, KnownState[]>();
  for (const { table, column, type, nullable, labels } of columns) {
    const states = found.get(table) ?? [];
    found.set(table, states);
    const values = new Set([...(labels ?? []), ...listed(table, column)]);
    if (type === 'boolean') for (const value of ['false', 'true']) values.add(value);
    if (values.size === 0 && /^(status|state)$/.test(column)) values.add('?');
    // A moment that may be missing is reached or not; anything else has its values, or none.
    if (nullable && isMoment(type)) for (const value of [NULL, SET]) values.add(value);
    else if (nullable && values.size > 0) values.add(NULL);
    if (values.size > 0) states.push({ column, values: [...values] });
  }
  return found;
}

const isMoment = (type: string): boolean => /^(timestamp|date)/.test(type);

/**
 * The literals a column is compared with, in the words of `pg_get_constraintdef`: `(status = 'OPEN'::text)` and
 * `(status = ANY (ARRAY['OPEN'::text, 'SHIPPED'::text]))`.
 */
function valuesIn(definition: string, column: string): string[] {
  const name = `(?<![\\w."])"?${column.replaceAll(/[^\w]/g, '\\$&')}"?`;
  const comparison = new RegExp(`${name}\\)?(?:::text)? = (?:ANY \\(+ARRAY\\[([^\\]]*)\\]|('(?:[^']|'')*'))`, 'g');
  return [...definition.matchAll(comparison)].flatMap(([, list, one]) =>
    [...(list ?? one ?? '').matchAll(/'((?:[^']|'')*)'/g)].map(([, value = '']) => value.replaceAll("''", "'")),
  );
}
