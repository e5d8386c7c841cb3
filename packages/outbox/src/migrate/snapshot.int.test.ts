import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { dumpSchema } from '../testing/fixtures/schema/schema-dump.ts';

const SNAPSHOT = new URL('../../migrations/schema.snapshot.txt', import.meta.url);

test('the schema is the one in migrations/schema.snapshot.txt, which "npm run generate" writes', async () => {
  await using database = await outboxDatabase({ shards: 2 });
  expect((await dumpSchema(database.pool)).split('\n')).toEqual(readFileSync(SNAPSHOT, 'utf8').split('\n'));
});

test.each([
  ['a column', 'ALTER TABLE outbox.message ADD COLUMN more text'],
  ['a default', 'ALTER TABLE outbox.lease ALTER COLUMN epoch SET DEFAULT 1'],
  ['a setting of a table', 'ALTER TABLE outbox.lease RESET (fillfactor)'],
  ['a setting of a sequence', 'ALTER SEQUENCE outbox.seq_g1_0_of_2 CACHE 2'],
  ['an index', 'CREATE INDEX ON outbox.parked_key (parked_at)'],
  ['whether a table survives a crash', 'ALTER TABLE outbox.relay SET LOGGED'],
  ['who may call a function', 'GRANT EXECUTE ON FUNCTION outbox.empty_slot TO PUBLIC'],
  ['a setting of a function', `ALTER FUNCTION outbox.empty_slot SET lock_timeout = '1s'`],
])('another schema is told from it: %s', async (_, statement) => {
  await using database = await outboxDatabase({ shards: 2 });
  const before = await dumpSchema(database.pool);
  await database.pool.query(statement);
  expect(await dumpSchema(database.pool)).not.toEqual(before);
});
