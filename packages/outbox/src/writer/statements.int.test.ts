import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../migrate/migrate.ts';
import { shardOf } from '../shard/hash.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { createOutbox } from './create-outbox.ts';

const Noted = noted('test.topic');
const outbox = createOutbox({ source: '/test' });
const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ data: { key: `k${n % 7}`, n } }));

/** A transaction that notes what is sent in it. */
async function recorded(pool: Parameters<typeof openTransaction>[0]) {
  const tx = await openTransaction(pool);
  const statements: string[] = [];
  const executor = {
    query: (sql: string, params: unknown[]) => {
      statements.push(sql.trim().split(/\s/)[0] ?? '');
      return tx.client.query(sql, params);
    },
  };
  return Object.assign(tx, { executor, statements });
}

test('writeMany is one statement however many messages, one more with serializeKey, and none without messages', async () => {
  await using database = await outboxDatabase({ shards: 3 });
  await using tx = await recorded(database.pool);
  expect(await outbox.writeMany(tx.executor, Noted, [])).toEqual([]);
  expect(tx.statements).toEqual([]);
  await outbox.writeMany(tx.executor, Noted, numbered(2_000));
  expect(tx.statements).toEqual(['INSERT']);
  await outbox.writeMany(tx.executor, Noted, numbered(3), { serializeKey: true });
  expect(tx.statements).toEqual(['INSERT', 'SELECT', 'INSERT']);
  await tx.end('COMMIT');
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM outbox.message');
  expect(rows).toEqual([{ n: 2_003 }]);
});

test('writeMany writes nothing, and sends nothing, when one of many is refused; the transaction goes on', async () => {
  await using database = await outboxDatabase();
  await using tx = await recorded(database.pool);
  const list = [...numbered(10), { data: { key: 'a', n: 0.5 } }];
  await expect(outbox.writeMany(tx.executor, Noted, list)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
  const large = [...numbered(10), { data: { key: 'a', n: 1, text: 'x'.repeat(1_000_000) } }];
  await expect(outbox.writeMany(tx.executor, Noted, large)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  expect(tx.statements).toEqual([]);
  const { id } = await outbox.write(tx.executor, Noted, { key: 'a', n: 1 });
  await tx.end('COMMIT');
  expect((await database.pool.query('SELECT id FROM outbox.message')).rows).toEqual([{ id }]);
});

test('an id of one’s own is the message’s id; each message of many has its own headers', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  await using tx = await openTransaction(database.pool);
  const [first, second] = [randomUUID(), randomUUID()];
  expect(await outbox.write(tx.client, Noted, { key: 'a', n: 1 }, { id: first })).toEqual({ id: first });
  const written = await outbox.writeMany(tx.client, Noted, [
    { data: { key: 'a', n: 2 }, id: second, headers: { tenant: 't2' } },
    { data: { key: 'a', n: 3 }, headers: { tenant: 't3' } },
  ]);
  expect(written[0]).toEqual({ id: second });
  await tx.end('COMMIT');
  const { rows } = await database.pool.query('SELECT id, headers FROM outbox.message ORDER BY seq');
  // Nothing traces here, so there is no trace context.
  expect(rows).toEqual([
    { id: first, headers: {} },
    { id: second, headers: { tenant: 't2' } },
    { id: written[1]?.id, headers: { tenant: 't3' } },
  ]);
});

test('one message and many are stored alike, of ASCII and of more', async () => {
  await using database = await outboxDatabase({ shards: 3 });
  await using tx = await recorded(database.pool);
  const stored = async (id: string | undefined) => {
    const { rows } = await tx.client.query(
      `SELECT shard, topic, key, type, source, headers, convert_from(payload, 'UTF8') AS json FROM outbox.message WHERE id = $1`,
      [id],
    );
    return rows;
  };
  for (const text of ['plain', 'Müller, 5 €', '\u0000 "quoted" \\ \ud800', '💍']) {
    const message = { data: { key: 'Größe', n: 1, text }, headers: { tenant: 't1' } };
    tx.statements.length = 0;
    const one = await outbox.write(tx.executor, Noted, message.data, { headers: message.headers });
    const [first, second] = await outbox.writeMany(tx.executor, Noted, [message, message]);
    // The key is in the JSON as well, so no JSON here is all ASCII but that of the last write.
    expect(tx.statements).toEqual(['INSERT', 'INSERT']);
    const ascii = await outbox.write(tx.executor, Noted, { ...message.data, key: 'a', text: 'plain' });
    expect(tx.statements.at(-1)).toBe('SELECT');
    expect(await stored(one.id)).toEqual(await stored(first?.id));
    expect(await stored(one.id)).toEqual(await stored(second?.id));
    expect(await stored(one.id)).toMatchObject([{ json: JSON.stringify(message.data) }]);
    const [again] = await outbox.writeMany(tx.executor, Noted, [
      { data: { ...message.data, key: 'a', text: 'plain' } },
      message,
    ]);
    expect(await stored(ascii.id)).toEqual(await stored(again?.id));
  }
});

test('a database that is not UTF-8 takes payloads with characters it does not know', async () => {
  await using database = await latin1Database();
  const { pool } = database;
  await migrate(pool, { shards: 2 });
  await using tx = await openTransaction(pool);
  for (const text of ['plain', '5 €', '💍']) {
    for (const key of ['Größe', 'a']) {
      await expect(outbox.write(tx.client, Noted, { key, n: 1, text })).resolves.toEqual({ id: expect.any(String) });
    }
  }
  await tx.end('COMMIT');
  const { rows } = await pool.query('SELECT payload, shard, key FROM outbox.message');
  const texts = rows.map(({ payload }) => JSON.parse(payload.toString()).text);
  expect(texts.toSorted()).toEqual(['5 €', '5 €', 'plain', 'plain', '💍', '💍']);
  for (const { shard, key } of rows) expect(shard).toBe(shardOf('test.topic', key, 2));
});

/** Of an encoding that has neither the euro nor rings. */
async function latin1Database(): Promise<AsyncDisposable & { readonly pool: pg.Pool }> {
  await using beside = await outboxDatabase();
  const name = `latin1_${randomUUID().replaceAll('-', '')}`;
  await beside.pool.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
  const url = new URL(beside.url);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href });
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await using after = await outboxDatabase();
      await after.pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
