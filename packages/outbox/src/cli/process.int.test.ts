import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createDatabase, testServers } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';

jest.setTimeout(60_000);

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** The program as npm starts it. */
async function program(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(
    process.execPath,
    ['--conditions=@bezel/source', '--disable-warning=ExperimentalWarning', MAIN, ...args],
    { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, code };
}

test('a live view ends in peace when it is interrupted', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const child = spawn(
    process.execPath,
    ['--conditions=@bezel/source', '--disable-warning=ExperimentalWarning', MAIN, 'status', '--watch', '--json'],
    { env: { PATH: process.env['PATH'], DATABASE_URL: database.url }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  expect(await exit).toEqual([0, null]);
});

test('the program ends with the exit code of its command, and finds its database as psql does', async () => {
  await using database = await createDatabase();
  const { hostname, port, username, password, pathname } = new URL(database.url);
  const env = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) };
  const migrated = await program(['migrate', '--json'], env);
  expect(migrated).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(migrated.out).dryRun).toBe(false);
  expect(await program(['parked', '--database-url', database.url], {})).toMatchObject({
    code: 0,
    out: 'nothing is parked\n',
  });
  // Standard error is for what failed: what a Kafka client makes Node warn of is not told.
  const brokers = testServers().kafkaBrokers.join(',');
  expect(await program(['verify', '--client', 'kafkajs', '--brokers', brokers], env)).toMatchObject({
    code: 0,
    err: '',
  });
  expect(await program(['nonsense'], env)).toMatchObject({ code: 2, out: '' });
  expect(await program(['lag'], { ...env, PGPORT: '1' })).toMatchObject({ code: 3, out: '' });
  expect((await program(['--version'], {})).out).toMatch(/^\d+\.\d+\.\d+/);
});
