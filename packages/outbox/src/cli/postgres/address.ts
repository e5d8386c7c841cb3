import { UsageError } from '../options/usage-error.ts';
import type { TlsWish } from './tls.ts';

/** Where the database is, and how it wants to be reached. */
export interface DatabaseAddress {
  /** For pg, without what is said of TLS; undefined when the environment names the database, as psql reads it. */
  readonly connectionString: string | undefined;
  readonly host: string;
  readonly tls: TlsWish;
}

/** Parameters of a URL that say something of TLS. pg gives them other meanings, from version to version. */
const OF_TLS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'ssl', 'uselibpqcompat'];

/**
 * Reads a URL like postgres://user:password@host:port/database?sslmode=verify-full, or what the environment says instead.
 * It never repeats a URL in an error, since a password is in it.
 *
 * @throws UsageError
 */
export function databaseAddress(text: string | undefined, env: NodeJS.ProcessEnv): DatabaseAddress {
  const url = text === undefined ? undefined : parsed(text);
  const said = (name: string, variable: string): string | undefined =>
    url?.searchParams.get(name) || env[variable] || undefined;
  const ssl = url?.searchParams.get('ssl');
  const tls = {
    sslmode: said('sslmode', 'PGSSLMODE') ?? (ssl === 'true' || ssl === '1' ? 'verify-full' : (ssl ?? undefined)),
    sslrootcert: said('sslrootcert', 'PGSSLROOTCERT'),
    sslcert: said('sslcert', 'PGSSLCERT'),
    sslkey: said('sslkey', 'PGSSLKEY'),
  };
  const host = url?.searchParams.get('host') || url?.hostname || env['PGHOST'] || 'localhost';
  for (const name of OF_TLS) url?.searchParams.delete(name);
  return { connectionString: url?.href, host: decodeURIComponent(host).replace(/^\[(.*)\]$/, '$1'), tls };
}

function parsed(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new UsageError(
      'the URL of the database must look like postgres://user:password@host:port/database; signs like @ : / # % in a password are written %40 %3A %2F %23 %25',
    );
  }
  return url;
}
