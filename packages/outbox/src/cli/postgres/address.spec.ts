import { describe, expect, test } from '@jest/globals';
import { databaseAddress } from './address.ts';

const NOTHING = { sslmode: undefined, sslrootcert: undefined, sslcert: undefined, sslkey: undefined };

describe('where the database is', () => {
  test('is said by the environment where no URL is given', () => {
    const env = { PGHOST: 'db', PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'ca.pem', PGSSLCERT: 'c', PGSSLKEY: 'k' };
    expect(databaseAddress(undefined, env)).toEqual({
      connectionString: undefined,
      host: 'db',
      tls: { sslmode: 'verify-full', sslrootcert: 'ca.pem', sslcert: 'c', sslkey: 'k' },
    });
    expect(databaseAddress(undefined, {})).toEqual({ connectionString: undefined, host: 'localhost', tls: NOTHING });
  });

  test('is said by a URL before all else, and what it says of TLS is not left for pg to read', () => {
    const url =
      'postgres://u:p%40@db:5433/shop?sslmode=require&sslrootcert=a%20b.pem&uselibpqcompat=true&options=-cx%3D1';
    expect(databaseAddress(url, { PGHOST: 'other', PGSSLMODE: 'disable', PGSSLCERT: 'c' })).toEqual({
      connectionString: 'postgres://u:p%40@db:5433/shop?options=-cx%3D1',
      host: 'db',
      tls: { ...NOTHING, sslmode: 'require', sslrootcert: 'a b.pem', sslcert: 'c' },
    });
  });

  test.each([
    ['postgresql://db/x?ssl=true', 'db', 'verify-full'],
    ['postgres://db/x?ssl=no-verify', 'db', 'no-verify'],
    ['postgres://[::1]:5432/x', '::1', undefined],
    ['postgres:///x?host=/var/run/postgresql', '/var/run/postgresql', undefined],
    ['postgres://u@%2Fvar%2Frun/x', '/var/run', undefined],
  ])('%s is understood', (url, host, sslmode) => {
    expect(databaseAddress(url, {})).toMatchObject({ host, tls: { sslmode } });
  });

  test.each(['shop', 'http://db/shop', 'postgres://u:secret@db:port/x'])('%s is refused, and not repeated', (text) => {
    const refused = () => databaseAddress(text, {});
    expect(refused).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(refused).not.toThrow(/secret/);
  });
});
