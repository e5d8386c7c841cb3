/** Whether there is such a login. $1 its name. */
export const loginExists = (): string => 'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS found';

/**
 * Which of the rights a login lacks, by whatever way it could have them: itself, through a role, as everybody.
 *
 * $1 login, $2 [{ kind, privilege, object, columns }], $3 the schema's plain name.
 */
export const missingRights = (): string => `
SELECT w.privilege, w.object
FROM jsonb_to_recordset($2::jsonb) AS w (kind text, privilege text, object text, columns jsonb)
WHERE NOT CASE w.kind
  WHEN 'schema' THEN has_schema_privilege($1, $3::text, w.privilege)
  WHEN 'function' THEN has_function_privilege($1, w.object, w.privilege)
  WHEN 'sequences' THEN (
    SELECT coalesce(bool_and(has_sequence_privilege($1, c.oid, w.privilege)), true)
    FROM pg_class AS c WHERE c.relkind = 'S' AND c.relnamespace = to_regnamespace(w.object)
  )
  ELSE CASE WHEN jsonb_typeof(w.columns) = 'array'
    THEN (
      SELECT bool_and(has_column_privilege($1, w.object, name, w.privilege))
      FROM jsonb_array_elements_text(w.columns) AS name
    )
    ELSE has_table_privilege($1, w.object, w.privilege)
  END
END`;
