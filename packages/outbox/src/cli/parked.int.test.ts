import { describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { runCli } from '../testing/fixtures/cli/run-cli.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';

jest.setTimeout(60_000);

/** Two keys parked by relays, one by a consumer. */
async function withParked(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO outbox.parked_key (shard, topic, key, reason)
     VALUES (0, 'orders', 'a', 'too large'), (0, 'orders', $1, 'no')`,
    ['b\u001b[2J'],
  );
  await pool.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
     VALUES ('billing', 'orders', 1, 'c', 'no stock', 3)`,
  );
}

const asked = async (pool: pg.Pool) => ({
  relay: (await pool.query('SELECT key FROM outbox.parked_key WHERE redrive ORDER BY key')).rows.map(({ key }) => key),
  consumers: (await pool.query('SELECT key FROM outbox.consumer_parked_key WHERE redrive')).rows.length,
});

const UNMARKED = { discarded: [], admitted: [] };

describe('parked and redrive', () => {
  test('parked lists both sides and ends with 1 while anything is parked', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    expect(await runCli(database.url, ['parked'])).toMatchObject({ exitCode: 0, out: 'nothing is parked\n' });
    await withParked(database.pool);
    const all = await runCli(database.url, ['parked', '--json']);
    expect(all.exitCode).toBe(1);
    expect(all.json).toMatchObject({
      relay: [{ topic: 'orders', key: 'a' }, { key: 'b\u001b[2J' }],
      consumers: [{ groupId: 'billing', key: 'c', attempts: 3 }],
    });
    expect((await runCli(database.url, ['parked', '--key', 'a', '--json'])).json).toMatchObject({
      relay: [{ key: 'a' }],
      consumers: [],
    });
    expect((await runCli(database.url, ['parked', '--group', 'billing', '--json'])).json.relay).toEqual([]);
    // A key cannot write to the terminal of whoever looks at it.
    expect((await runCli(database.url, ['parked'])).out).toContain('b\\u001b[2J');
  });

  test('a dry run names the keys and asks for none; without it those and no others are asked for', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool, url } = database;
    await withParked(pool);
    const dry = await runCli(url, ['redrive', '--topic', 'orders', '--key', 'a', '--dry-run', '--json']);
    expect(dry.json).toEqual({ dryRun: true, keys: [{ topic: 'orders', key: 'a' }], ...UNMARKED });
    const dryGroup = await runCli(url, ['redrive', '--group', 'billing', '--all', '--dry-run', '--json']);
    expect(dryGroup.json).toEqual({ dryRun: true, keys: [{ topic: 'orders', key: 'c' }], ...UNMARKED });
    expect(await asked(pool)).toEqual({ relay: [], consumers: 0 });

    const done = await runCli(url, ['redrive', '--topic', 'orders', '--key', 'a', '--json']);
    expect(done.json).toEqual({ dryRun: false, keys: [{ topic: 'orders', key: 'a' }], ...UNMARKED });
    expect(await asked(pool)).toEqual({ relay: ['a'], consumers: 0 });
    await runCli(url, ['redrive', '--all']);
    expect(await asked(pool)).toEqual({ relay: ['a', 'b\u001b[2J'], consumers: 0 });
    await runCli(url, ['redrive', '--group', 'billing', '--all']);
    expect((await asked(pool)).consumers).toBe(1);
  });
});

/** What a consumer parked of key `c` of partition 1, at these offsets. */
async function withMessages(pool: pg.Pool, offsets: readonly number[]): Promise<void> {
  await withParked(pool);
  await pool.query(
    `INSERT INTO outbox.consumer_parked_message (group_id, topic, partition, key, "offset", keyless, value, headers)
     SELECT 'billing', 'orders', 1, 'c', n, false, convert_to('{"n":' || n || '}', 'UTF8'), $2
     FROM unnest($1::int[]) AS n`,
    [offsets, JSON.stringify([['ce_id', Buffer.from('an-id').toString('base64')]])],
  );
}

const KEY = ['--group', 'billing', '--topic', 'orders', '--key', 'c'];

describe('the messages of a parked key', () => {
  test('are listed in the order of their offsets, as Kafka held them', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await withMessages(database.pool, [10, 9, 100]);
    const { json, exitCode } = await runCli(database.url, ['parked', ...KEY, '--messages', '--json']);
    expect(exitCode).toBe(1);
    expect(json.messages.map(({ offset }: { offset: string }) => offset)).toEqual(['9', '10', '100']);
    expect(json.messages[0]).toMatchObject({
      ...{ partition: 1, id: 'an-id', type: null, value: '{"n":9}', headers: [['ce_id', 'an-id']] },
      ...{ discarded: false, admitted: false },
    });
    const two = await runCli(database.url, ['parked', ...KEY, '--messages', '--limit', '2', '--json']);
    expect(two.json.messages).toHaveLength(2);
    expect((await runCli(database.url, ['parked', ...KEY, '--messages'])).out).toMatch(/^ +1 +100 +an-id/m);
  });

  test.each([
    ['discard', 'discarded'],
    ['admit', 'admitted'],
  ])('--%s marks one or all of them, and asks for the key; a dry run does neither', async (option, mark) => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool, url } = database;
    await withMessages(pool, [9, 10, 11]);
    const marked = async () =>
      (
        await pool.query(`SELECT "offset"::int AS n FROM outbox.consumer_parked_message WHERE ${mark} ORDER BY n`)
      ).rows.map(({ n }) => n);
    const redrive = (...args: string[]) => runCli(url, ['redrive', ...KEY, `--${option}`, ...args, '--json']);
    const at = (...offsets: string[]) => ({
      ...UNMARKED,
      keys: [{ topic: 'orders', key: 'c' }],
      [mark]: offsets.map((offset) => ({ partition: 1, offset })),
    });

    expect((await redrive('--offset', '10', '--dry-run')).json).toEqual({ dryRun: true, ...at('10') });
    expect((await redrive('--offset', 'all', '--dry-run')).json).toEqual({ dryRun: true, ...at('9', '10', '11') });
    expect(await marked()).toEqual([]);
    expect(await asked(pool)).toEqual({ relay: [], consumers: 0 });

    expect(await redrive('--offset', '12')).toMatchObject({ exitCode: 3, err: expect.stringContaining('NOT_PARKED') });
    expect(await asked(pool)).toEqual({ relay: [], consumers: 0 });

    expect((await redrive('--offset', '10')).json).toEqual({ dryRun: false, ...at('10') });
    expect(await marked()).toEqual([10]);
    expect(await asked(pool)).toEqual({ relay: [], consumers: 1 });
    expect((await redrive('--offset', '10')).exitCode).toBe(3);
    expect((await redrive('--offset', 'all', '--dry-run')).json).toEqual({ dryRun: true, ...at('9', '11') });
    await redrive('--offset', 'all');
    expect(await marked()).toEqual([9, 10, 11]);
  });
});

test('keys that are no text are told apart, and each can be named', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const { pool, url } = database;
  const [one, other] = [Buffer.from([0, 0, 0, 255]), Buffer.from([0, 0, 0, 254])];
  await pool.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
     SELECT 'billing', 'orders', 0, key, 'no', 1 FROM unnest($1::bytea[]) AS key`,
    [[one, other]],
  );
  await pool.query(
    `INSERT INTO outbox.consumer_parked_message (group_id, topic, partition, key, "offset", keyless, headers)
     SELECT 'billing', 'orders', 0, key, n, false, '[]' FROM unnest($1::bytea[]) WITH ORDINALITY AS k (key, n)`,
    [[one, other]],
  );
  const listed = await runCli(url, ['parked', '--group', 'billing', '--json']);
  expect(listed.json.consumers.map(({ keyBase64 }: { keyBase64: string }) => keyBase64).toSorted()).toEqual([
    other.toString('base64'),
    one.toString('base64'),
  ]);
  expect((await runCli(url, ['parked'])).out).toContain(`base64:${one.toString('base64')}`);
  const which = ['--group', 'billing', '--topic', 'orders', '--key-base64', other.toString('base64')];
  const shown = await runCli(url, ['parked', ...which, '--messages', '--json']);
  expect(shown.json.messages).toMatchObject([{ offset: '2' }]);
  const redriven = await runCli(url, ['redrive', ...which, '--discard', '--offset', 'all', '--json']);
  expect(redriven.json).toMatchObject({
    keys: [{ keyBase64: other.toString('base64') }],
    discarded: [{ partition: 0, offset: '2' }],
  });
  const { rows } = await pool.query('SELECT key FROM outbox.consumer_parked_key WHERE redrive');
  expect(rows).toEqual([{ key: other }]);

  for (const args of [
    ['parked', '--key-base64', 'AAA='],
    ['parked', ...which, '--key', 'c'],
    ['redrive', '--group', 'billing', '--key-base64', 'no base64'],
  ]) {
    expect(await runCli(url, args)).toMatchObject({ exitCode: 2, out: '' });
  }
});
