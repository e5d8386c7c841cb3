import { expect, test } from '@jest/globals';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../../testing/fixtures/outbox/transactions.ts';
import { doubtStatements } from './doubt.sql.ts';
import { createDoubt } from './doubt.ts';

const at = { topic: 't', partition: 0 };

/** Each call is another consumer of the group. */
const consumer = ({ pool }: OutboxDatabase) => createDoubt(pool, doubtStatements('outbox'), 'g');

async function withPosition(): Promise<OutboxDatabase> {
  const database = await outboxDatabase();
  await database.pool.query(`INSERT INTO outbox.consumer_position VALUES ('g', 't', 0, 7, clock_timestamp())`);
  return database;
}

const crashes = async ({ pool }: OutboxDatabase) =>
  (await pool.query('SELECT tried_at::int, crashes FROM outbox.consumer_doubt')).rows[0];

test('of two that believe to own a partition only the one that began last writes down its tries', async () => {
  await using database = await withPosition();
  const [first, last] = [consumer(database), consumer(database)];
  expect(await first.begin(at, 7n)).toBe(false);
  expect(await first.tries(at, 7n)).toBe(0);
  // The first did not say that it ended.
  expect(await last.begin(at, 7n)).toBe(true);
  expect(await last.tries(at, 7n)).toBe(1);
  // However often the first tries after that: it is not another crash.
  for (let n = 0; n < 3; n += 1) expect(await first.tries(at, 7n)).toBe(0);
  expect(await crashes(database)).toEqual({ tried_at: 7, crashes: 1 });
  // And its leaving in peace says nothing about the last.
  await first.leave(at);
  expect(await consumer(database).begin(at, 7n)).toBe(true);
});

test('tries of one consumer are no crashes, nor are those of one that left in peace', async () => {
  await using database = await withPosition();
  const [first, second] = [consumer(database), consumer(database)];
  await first.begin(at, 7n);
  for (let n = 0; n < 3; n += 1) expect(await first.tries(at, 7n)).toBe(0);
  await first.leave(at);
  expect(await second.begin(at, 7n)).toBe(false);
  expect(await second.tries(at, 7n)).toBe(0);
  // Another message is another story.
  expect(await consumer(database).begin(at, 7n)).toBe(true);
});

test('while another is at work in the partition, nothing is counted', async () => {
  await using database = await withPosition();
  const [first, second] = [consumer(database), consumer(database)];
  await first.begin(at, 7n);
  await first.tries(at, 7n);
  await second.begin(at, 7n);
  {
    await using atWork = await openTransaction(database.pool);
    await atWork.client.query('SELECT FROM outbox.consumer_position FOR UPDATE');
    expect(await second.tries(at, 7n)).toBe(0);
    await atWork.end('ROLLBACK');
  }
  expect(await crashes(database)).toEqual({ tried_at: 7, crashes: 0 });
  expect(await second.tries(at, 7n)).toBe(1);
});

test('of a redrive as well only the one that began last is counted', async () => {
  await using database = await withPosition();
  await database.pool.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts, redrive)
     VALUES ('g', 't', 0, 'k', 'r', 1, true)`,
  );
  const [first, last] = [consumer(database), consumer(database)];
  await first.begin(at, 7n);
  expect(await first.triesRedrive(at, [])).toMatchObject({ crashes: 0 });
  await last.begin(at, 7n);
  expect(await last.triesRedrive(at, [])).toMatchObject({ crashes: 1 });
  expect(await first.triesRedrive(at, [])).toMatchObject({ crashes: 1 });
  expect(await last.triesRedrive(at, [])).toMatchObject({ crashes: 1 });
});

test('a try that returned is no crash, of whoever else nothing is crossed out', async () => {
  await using database = await withPosition();
  await database.pool.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts, redrive)
     VALUES ('g', 't', 0, 'k', 'r', 1, true)`,
  );
  const key = Buffer.from('k');
  const [first, second, third] = [consumer(database), consumer(database), consumer(database)];
  await first.begin(at, 7n);
  await first.tries(at, 7n);
  await first.triesRedrive(at, []);
  await first.returned(at);
  await first.redriveReturned(at, key);
  await second.begin(at, 7n);
  expect(await second.tries(at, 7n)).toBe(0);
  expect(await second.triesRedrive(at, [])).toEqual({ key, crashes: 0, offset: null });
  expect(await second.triesRedrive(at, [key])).toBe(null);
  await first.returned(at);
  await first.redriveReturned(at, key);
  await third.begin(at, 7n);
  expect(await third.tries(at, 7n)).toBe(1);
  expect(await third.triesRedrive(at, [])).toMatchObject({ crashes: 1 });
});
