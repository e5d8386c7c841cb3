import { waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { insertMessage } from '../testing/fixtures/outbox/reading.ts';
import { run } from './run.ts';

jest.setTimeout(60_000);

/** A live view, until it is told to end. */
function watching(url: string, { isTTY = false, args = [] }: { isTTY?: boolean; args?: string[] } = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const ending = new AbortController();
  const ended = run(['status', '--watch', '--every', '1', ...args], {
    out: { isTTY, write: (text) => out.push(text) },
    err: { write: (text) => err.push(text) },
    env: { DATABASE_URL: url },
    ending: () => ending.signal,
  });
  return {
    out,
    err,
    async end() {
      ending.abort();
      return ended;
    },
  };
}

test('status --watch shows what changes, one document a line, until it is interrupted', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const view = watching(database.url, { args: ['--json'] });
  const waiting = () => view.out.map((line) => JSON.parse(line).shards[0].waiting as number);
  await waitFor('the first', () => waiting().includes(0));
  await database.pool.query(insertMessage('k'));
  await waitFor('the change', () => waiting().includes(1));
  expect(await view.end()).toBe(0);
});

test('status --watch goes on when the connection is lost', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const view = watching(database.url, { args: ['--json'] });
  await waitFor('the first', () => view.out.length === 1);
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'bezel-outbox' AND datname = current_database()`,
  );
  await waitFor('a complaint', () => view.err.length > 0);
  const before = view.out.length;
  await waitFor('another view', () => view.out.length > before);
  expect(await view.end()).toBe(0);
});

test('on a terminal each view takes the place of the one before; elsewhere they follow each other', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const terminal = watching(database.url, { isTTY: true });
  const file = watching(database.url);
  await waitFor('two views', () => terminal.out.length >= 4 && file.out.length >= 2);
  expect(terminal.out[2]).toBe('\u001b[H\u001b[J');
  expect(file.out.join('')).not.toContain('\u001b');
  expect([await terminal.end(), await file.end()]).toEqual([0, 0]);
});
