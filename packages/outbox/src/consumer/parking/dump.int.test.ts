import { execFileSync } from 'node:child_process';
import { obtainPostgres, startPostgres } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createAdmin } from '../../admin/create-admin.ts';
import { migrate } from '../../migrate/migrate.ts';

jest.setTimeout(120_000);

/** The oldest Postgres there is support for: any pg_dump in use reads it. */
const VERSION = 15;

/** Why it cannot be tried here; null when it can. */
async function obstacle(): Promise<string | null> {
  try {
    for (const program of ['pg_dump', 'psql']) execFileSync(program, ['--version'], { stdio: 'ignore' });
    await obtainPostgres(VERSION);
    return null;
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? '';
  }
}

const TABLES = ['consumer_position', 'consumer_parked_key', 'consumer_parked_message', 'inbox', 'inbox_floor'];

async function rowsOf(client: pg.Client): Promise<readonly unknown[][]> {
  const all: unknown[][] = [];
  for (const table of TABLES) {
    all.push((await client.query(`SELECT x::text AS row FROM outbox.${table} AS x ORDER BY 1`)).rows);
  }
  return all;
}

const why = await obstacle();
const TITLE = 'pg_dump and psql bring positions, what is parked and the inbox to another database as they are';

(why === null ? test : test.skip)(why === null ? TITLE : `${TITLE} [skipped: ${why}]`, async () => {
  await using server = await startPostgres(await obtainPostgres(VERSION));
  const at = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  await using clients = new AsyncDisposableStack();
  const connect = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    clients.defer(() => client.end());
    return client;
  };
  const root = await connect(server.url);
  await root.query('CREATE DATABASE before');
  await root.query('CREATE DATABASE after');
  const before = await connect(at('before'));
  await migrate(before);
  const key = Buffer.alloc(10_000, 0xff);
  await before.query(
    `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset, parked, topic_id, inbox_window)
     VALUES ('g', 't', 0, 9, true, 'an id', '7 days')`,
  );
  await before.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts, redrive)
     VALUES ('g', 't', 0, $1, 'a bug', 1, true)`,
    [key],
  );
  await before.query(
    `INSERT INTO outbox.consumer_parked_message (group_id, topic, partition, key, "offset", keyless, value, headers)
     SELECT 'g', 't', 0, $1, n, false, $2, '[["a", "Yg=="], ["a", "Yw=="]]' FROM unnest('{3, 7}'::int[]) AS n`,
    [key, Buffer.from([0, 1, 255])],
  );
  await before.query(
    `INSERT INTO outbox.inbox (group_id, slot, ce_time, id) SELECT 'g', outbox.inbox_slot(now()), now(), 'an id'`,
  );

  const dump = execFileSync('pg_dump', ['--dbname', at('before')], { maxBuffer: 2 ** 28 });
  execFileSync('psql', ['--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', at('after')], { input: dump });
  const after = await connect(at('after'));
  const restored = await rowsOf(after);
  expect(restored).toEqual(await rowsOf(before));
  expect(restored.map((rows) => rows.length)).toEqual([1, 1, 2, 1, 1]);
  const { consumers } = createAdmin(after);
  expect(await consumers.parked()).toEqual(await createAdmin(before).consumers.parked());
  expect(
    await consumers.discard({ groupId: 'g', topic: 't', key: '', keyBase64: key.toString('base64') }),
  ).toHaveLength(2);
});
