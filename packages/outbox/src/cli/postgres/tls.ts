import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { UsageError } from '../options/usage-error.ts';
import { readPem } from '../tls/read-pem.ts';

/** libpq's names; `no-verify` is pg's own for `require`. */
const MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];

/** What the URL or the environment says of it, by libpq's names. */
export interface TlsWish {
  readonly sslmode: string | undefined;
  /** Files. */
  readonly sslrootcert: string | undefined;
  readonly sslcert: string | undefined;
  readonly sslkey: string | undefined;
}

/** As pg takes them: false is a connection without TLS. */
export type TlsWay = false | ConnectionOptions;

/**
 * The ways to connect, to be tried in order, with the meaning psql gives them: `prefer`, which is the default, goes without
 * TLS where the server has none; `require` encrypts and asks for no proof, unless an authority is named; `verify-ca` wants
 * a certificate of that authority, `verify-full` one that is for this host as well, of that authority or one Node trusts.
 *
 * @throws UsageError
 */
export function waysToConnect(host: string, { sslmode = 'prefer', ...files }: TlsWish): readonly TlsWay[] {
  const mode = modeOf(sslmode);
  if (mode === 'disable' || host.startsWith('/')) {
    return [false];
  }
  const ca = files.sslrootcert === undefined ? undefined : readPem(files.sslrootcert, 'sslrootcert');
  if (mode === 'verify-ca' && ca === undefined) {
    throw new UsageError('sslmode=verify-ca needs sslrootcert, or PGSSLROOTCERT: the file of the authority');
  }
  const encrypted: ConnectionOptions = {
    ...(files.sslcert === undefined ? {} : { cert: readPem(files.sslcert, 'sslcert') }),
    ...(files.sslkey === undefined ? {} : { key: readPem(files.sslkey, 'sslkey') }),
    ...proofOf(mode, ca),
    // pg names the host for a name only; without it an address would be compared with "localhost".
    ...(isIP(host) === 0 ? {} : { host }),
  };
  return mode === 'prefer' ? [encrypted, false] : [encrypted];
}

function proofOf(mode: Mode, ca: string | undefined): ConnectionOptions {
  if (mode === 'verify-full') {
    return ca === undefined ? {} : { ca };
  }
  return ca === undefined || mode === 'prefer'
    ? { rejectUnauthorized: false }
    : { ca, checkServerIdentity: () => undefined };
}

function modeOf(text: string): Mode {
  const found = MODES.find((mode) => mode === (text === 'no-verify' ? 'require' : text));
  if (found === undefined) {
    throw new UsageError(`sslmode, or PGSSLMODE, must be one of ${MODES.join(', ')}; got "${text}"`);
  }
  return found;
}
