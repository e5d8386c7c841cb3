// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources are quoted as they stand
import type { Mutant } from '../mutant.ts';

const TEST = 'src/writer/create-outbox.int.test.ts';
const GRANTS = 'src/migrate/grants.int.test.ts';

/** What writers do, and what logins may do. */
export const WRITING: readonly Mutant[] = [
  {
    name: 'serializeKey-without-its-lock',
    breaks: 'P2',
    file: 'migrations/0001_outbox.sql',
    find: "PERFORM pg_advisory_xact_lock(hashtext('bezel outbox :schema'), bucket);",
    replace: 'NULL;',
    caughtBy: { file: TEST, test: 'serializeKey: the second writer of a key waits for the first to commit' },
  },
  {
    name: 'every-writer-waits-for-its-key',
    breaks: 'P10',
    file: 'src/writer/create-outbox.ts',
    find: 'if (serializeKey) {',
    replace: 'if (serializeKey || !serializeKey) {',
    caughtBy: { file: TEST, test: 'without serializeKey two writers of a key do not wait for each other' },
  },
  {
    name: 'numbers-not-drawn-by-the-insert',
    breaks: 'P1',
    file: 'src/writer/insert.sql.ts',
    find: "  nextval(('${schema}.' || ${schema}.sequence_name(w.generation, w.shard, w.shards))::regclass),\n",
    replace: '  (SELECT coalesce(max(o.seq), 0) + w.n FROM ${schema}.message AS o WHERE o.shard = w.shard),\n',
    caughtBy: { file: TEST, test: 'a number is drawn by the transaction that writes' },
  },
  {
    name: 'numbers-drawn-in-another-order',
    breaks: 'P2',
    file: 'src/writer/insert.sql.ts',
    find: '  ORDER BY m.n\n',
    replace: '  ORDER BY m.n DESC\n',
    caughtBy: { file: TEST, test: 'keeps the written order of a thousand messages per shard' },
  },
  {
    name: 'one-message-draws-no-number',
    breaks: 'P1',
    file: 'migrations/0008_cheaper_write.sql',
    find: "    nextval((':schema.' || :schema.sequence_name(c.generation, c.shard, c.shards))::regclass),\n",
    replace: '    (SELECT coalesce(max(o.seq), 0) + 1 FROM :schema.message AS o WHERE o.shard = c.shard),\n',
    caughtBy: { file: TEST, test: 'a number is drawn by the transaction that writes' },
  },
  {
    name: 'one-message-as-a-text-of-the-database',
    breaks: 'P1',
    file: 'src/writer/insert.ts',
    find: 'messages.length === 1 && isAscii(first)',
    replace: 'messages.length === 1',
    caughtBy: {
      file: 'src/writer/statements.int.test.ts',
      test: 'a database that is not UTF-8 takes payloads with characters it does not know',
    },
  },
  {
    name: 'a-writer-says-it-has-written-before-it-has',
    breaks: 'P1',
    file: 'src/writer/create-outbox.ts',
    find: '      await run(sql, params);\n      if (failpointsArmed()) await hitFailpoint(FAILPOINTS.writerWritten, () => messages.map(subjectOf));\n',
    replace:
      '      if (failpointsArmed()) await hitFailpoint(FAILPOINTS.writerWritten, () => messages.map(subjectOf));\n      await run(sql, params);\n',
    caughtBy: {
      file: 'src/writer/failpoints.int.test.ts',
      within: 'writeMany',
      test: 'comes to its failpoints once each: nothing is written at the first, all of it at the second',
    },
  },
  {
    name: 'no-limit-of-size',
    breaks: 'P4',
    file: 'src/writer/encode.ts',
    find: 'if (bytes > maxMessageBytes) {',
    replace: 'if (bytes < 0) {',
    caughtBy: { file: TEST, test: 'refuses what the schema refuses, and stores what the schema made of the data' },
  },
  {
    name: 'a-relay-may-delete-messages',
    breaks: 'P6',
    file: 'src/migrate/grants.ts',
    find: '`SELECT ON ${schema}.config, ${schema}.migration, ${schema}.message`,',
    replace: '`SELECT, DELETE ON ${schema}.config, ${schema}.migration, ${schema}.message`,',
    caughtBy: { file: GRANTS, test: 'relay: publishes, parks and redrives' },
  },
  {
    name: 'anybody-may-empty-slots',
    breaks: 'P6',
    file: 'migrations/0003_retention.sql',
    find: 'REVOKE ALL ON FUNCTION :schema.empty_slot(smallint) FROM PUBLIC;',
    replace: '',
    caughtBy: { file: GRANTS, test: 'write: writes, and cannot read messages' },
  },
];
