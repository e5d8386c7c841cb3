/** Every committed message that was not removed yet, those of a key in the order of their numbers. Reads the whole table. */
export const committedMessages = (schema: string): string =>
  `SELECT id::text AS id, topic, key, type, payload FROM ${schema}.message ORDER BY shard, seq`;
