/** What a login does with an outbox. A service that does several things names several. */
export type Purpose = 'write' | 'relay' | 'consume' | 'retain';

/** A login, and what it does: it gets the rights for that and no others. */
export interface LoginGrant {
  readonly login: string;
  /** At least one. */
  readonly for: readonly Purpose[];
}

/**
 * The rights each purpose needs, and none besides; `GRANT … TO login` is made of each. On `message` nobody may update or
 * delete, and only who publishes may read. Rights on partitions are not needed: those of the whole table count.
 */
const RIGHTS: Readonly<Record<Purpose, (schema: string) => readonly string[]>> = {
  // No SELECT: who writes cannot read what others wrote. `slot` and `created_at` are left to their defaults.
  write: (schema) => [
    `SELECT (shards, generation) ON ${schema}.config`,
    `INSERT (shard, seq, id, topic, key, type, source, headers, payload) ON ${schema}.message`,
    `USAGE ON ALL SEQUENCES IN SCHEMA ${schema}`,
    `EXECUTE ON FUNCTION ${schema}.current_slot(), ${schema}.hash_of(text, text),
       ${schema}.sequence_name(integer, integer, integer), ${schema}.new_id(), ${schema}.serialize(text[], text[]),
       ${schema}.write(text, text, text, text, text, jsonb, uuid, boolean)`,
  ],
  // SELECT on the sequences: it sees how far they are, and cannot draw a number that no row will ever have.
  relay: (schema) => [
    `SELECT ON ${schema}.config, ${schema}.migration, ${schema}.message`,
    `SELECT ON ALL SEQUENCES IN SCHEMA ${schema}`,
    `SELECT, UPDATE ON ${schema}.lease, ${schema}.checkpoint`,
    `SELECT, INSERT, UPDATE ON ${schema}.lease_token`,
    `SELECT, INSERT, UPDATE, DELETE ON ${schema}.relay, ${schema}.parked_key`,
    `SELECT, INSERT, DELETE ON ${schema}.parked_message`,
    `EXECUTE ON FUNCTION ${schema}.sequence_name(integer, integer, integer)`,
  ],
  consume: (schema) => [
    `SELECT, INSERT, UPDATE ON ${schema}.consumer_position, ${schema}.consumer_doubt`,
    `SELECT, INSERT ON ${schema}.inbox`,
    `SELECT, INSERT, UPDATE, DELETE ON ${schema}.consumer_parked_key, ${schema}.consumer_parked_message`,
    `EXECUTE ON FUNCTION ${schema}.inbox_slot(timestamptz),
       ${schema}.bound_transaction(integer), ${schema}.remember(text, timestamptz[], text[], timestamptz),
       ${schema}.claim(text, text, integer, bigint, bigint, timestamptz[], text[], interval)`,
  ],
  // `empty_slot` works with its owner's rights, and removes nothing but what was published.
  retain: (schema) => [
    `EXECUTE ON FUNCTION ${schema}.current_slot(), ${schema}.empty_slot(smallint),
      ${schema}.empty_inbox_slot(smallint)`,
  ],
};

export const PURPOSES = Object.keys(RIGHTS) as readonly Purpose[];

/** Every right that the purposes need, each once, as it stands in `GRANT … TO login`. */
export const rightsFor = (schema: string, purposes: readonly Purpose[]): readonly string[] => [
  ...new Set([`USAGE ON SCHEMA ${schema}`, ...purposes.flatMap((purpose) => RIGHTS[purpose](schema))]),
];

/** Gives a login the rights for what it does. Rights it has already stay. */
export const grantFor = (schema: string, { login, for: purposes }: LoginGrant): string => {
  const name = `"${login.replaceAll('"', '""')}"`;
  return rightsFor(schema, purposes)
    .map((right) => `GRANT ${right} TO ${name}`)
    .join(';\n');
};
