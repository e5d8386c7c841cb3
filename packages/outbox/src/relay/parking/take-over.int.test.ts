import { createTopic, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { createAdmin } from '../../admin/create-admin.ts';
import { arrivedOn } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { noted } from '../../testing/fixtures/outbox/events.ts';
import { writeNumbered } from '../../testing/fixtures/outbox/writing.ts';
import { checkHistory } from '../../testing/history/check-history.ts';
import { oneAfterTheOther } from '../../testing/history/history.ts';
import { createRelay } from '../create-relay.ts';

jest.setTimeout(60_000);

test('a relay that takes a shard over holds back what is parked there, until it is told to send it, in order', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const { pool } = database;
  const topic = await createTopic('inherited');
  const event = noted(topic);
  const publisher = PUBLISHERS[0]?.publisher;
  if (publisher === undefined) throw new Error('there is no publisher');
  const admin = createAdmin(pool);
  const relay = () => createRelay({ db: pool, publisher: publisher(), checkpointMs: 20 });
  const dealtWith = (count: number) =>
    waitFor('all to be sent or parked', async () => {
      const { rows } = await pool.query('SELECT cursor, holes::text FROM outbox.checkpoint');
      return rows[0].cursor === String(count) && rows[0].holes === '{}';
    });
  // As the owner before it left it.
  await pool.query(`INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, $1, 'parked', 'too large')`, [
    topic,
  ]);
  const parked = await writeNumbered(pool, event, { from: 0, count: 3, key: 'parked' });
  const others = await writeNumbered(pool, event, { from: 0, count: 2, key: 'other' });
  {
    await using _ = relay();
    await _.start();
    await dealtWith(5);
  }
  expect(checkHistory({ ...oneAfterTheOther(others), arrived: await arrivedOn(topic) })).toEqual([]);
  expect(await admin.parked()).toMatchObject([{ topic, key: 'parked', messages: 3, redrive: false }]);

  parked.push(...(await writeNumbered(pool, event, { from: 3, count: 2, key: 'parked' })));
  await using heir = relay();
  await heir.start();
  await dealtWith(7);
  await admin.redrive({ topic });
  await waitFor('the end of it', async () => (await admin.parked()).length === 0);
  parked.push(...(await writeNumbered(pool, event, { from: 5, count: 1, key: 'parked' })));
  await dealtWith(8);
  const all = oneAfterTheOther([...parked, ...others]);
  expect(checkHistory({ ...all, arrived: await arrivedOn(topic) })).toEqual([]);
});
