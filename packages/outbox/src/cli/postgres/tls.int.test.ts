import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverUser } from '@bezel/local/testing';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { runCli } from '../../testing/fixtures/cli/run-cli.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { selfSigned } from '../../testing/fixtures/servers/certificate.ts';
import { onOwnPostgres } from '../../testing/fixtures/servers/own-postgres.ts';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'bezel-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file as the server wants it: its own, and for nobody else. */
function file(name: string, text: string, owner = serverUser()): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  if (owner !== null) {
    chownSync(path, owner.uid, owner.gid);
    chownSync(folder, owner.uid, owner.gid);
  }
  return path;
}

const ofServer = selfSigned({ ip: '127.0.0.1' });
const authority = file('authority.pem', ofServer.cert);
const stranger = file('stranger.pem', selfSigned({ ip: '127.0.0.1' }).cert);

/** The address without its parameters, with these. */
const withParams = (url: string, params: Readonly<Record<string, string>>): string =>
  `${url}?${new URLSearchParams(params)}`;

onOwnPostgres({ ssl: 'on', ssl_cert_file: authority, ssl_key_file: file('key.pem', ofServer.key) }, () => {
  describe('a server with a certificate that only we know', () => {
    const refusals = {
      unknown: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      otherName: 'ERR_TLS_CERT_ALTNAME_INVALID',
    };
    test.each<[Record<string, string>, string | undefined]>([
      [{}, undefined],
      [{ sslmode: 'prefer' }, undefined],
      [{ sslmode: 'require' }, undefined],
      [{ sslmode: 'require', sslrootcert: authority }, undefined],
      [{ sslmode: 'require', sslrootcert: stranger }, refusals.unknown],
      [{ sslmode: 'verify-ca', sslrootcert: authority }, undefined],
      [{ sslmode: 'verify-full', sslrootcert: authority }, undefined],
      [{ sslmode: 'verify-full', sslrootcert: stranger }, refusals.unknown],
      [{ sslmode: 'verify-full' }, refusals.unknown],
    ])('%j: refused with %s', async (params, code) => {
      await using database = await outboxDatabase({ shards: 1 });
      const done = await runCli(withParams(database.url, params), ['lag', '--json']);
      expect(done.err === '' ? undefined : JSON.parse(done.err).error.code).toBe(code);
      expect(done.exitCode).toBe(code === undefined ? 0 : 3);
    });

    test('is asked for its name by verify-full, and by nothing less', async () => {
      await using database = await outboxDatabase({ shards: 1 });
      const byName = database.url.replace('127.0.0.1', 'localhost');
      const run = (sslmode: string) =>
        runCli(withParams(byName, { sslmode, sslrootcert: authority }), ['lag', '--json']);
      expect(await run('verify-ca')).toMatchObject({ exitCode: 0 });
      expect((await run('verify-full')).err).toContain(refusals.otherName);
    });

    test('is reached by TLS unless the mode says otherwise, by the URL or by the environment', async () => {
      await using database = await outboxDatabase({ shards: 1 });
      // Where status looks for relays it finds what the session sees of itself.
      await database.pool.query('ALTER TABLE outbox.relay RENAME TO relays');
      await database.pool.query(
        'CREATE VIEW outbox.relay AS SELECT ssl::text AS id, 1 AS beats FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      const encrypted = async (params: Record<string, string>, env: NodeJS.ProcessEnv = {}): Promise<string> =>
        (await runCli(withParams(database.url, params), ['status', '--json'], { env })).json.relays[0].id;
      expect(await encrypted({})).toBe('true');
      expect(await encrypted({ sslmode: 'disable' })).toBe('false');
      expect(await encrypted({}, { PGSSLMODE: 'disable' })).toBe('false');
      expect(await encrypted({ sslmode: 'require' }, { PGSSLMODE: 'disable' })).toBe('true');
    });

    test('is named where it is refused, and what to do about it', async () => {
      await using database = await outboxDatabase({ shards: 1 });
      const done = await runCli(withParams(database.url, { sslmode: 'verify-full' }), ['lag']);
      expect(done.err).toMatch(/^bezel-outbox: Postgres at 127\.0\.0\.1:\d+, database \w+: .*; name the authority/);
    });
  });
});

describe('a server without TLS', () => {
  test.each(['sslrootcert', 'sslcert', 'sslkey'])('is not asked when the file of %s cannot be read', async (name) => {
    const url = withParams('postgres://127.0.0.1:1/x', { sslmode: 'require', [name]: join(folder, 'nowhere.pem') });
    expect(await runCli(url, ['lag'])).toMatchObject({ exitCode: 2, err: expect.stringContaining(name) });
  });

  test.each(['verify-ca', 'sometimes'])('is not asked with sslmode=%s', async (sslmode) => {
    const url = withParams('postgres://127.0.0.1:1/x', { sslmode });
    expect(await runCli(url, ['lag'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('sslmode') });
  });
});
