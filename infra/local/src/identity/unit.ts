import { join } from 'node:path';
import { processUnit } from '../supervisor/process-unit.ts';
import type { Unit } from '../supervisor/unit.ts';
import type { IdentityOptions } from './provider.ts';

/** What the identity provider's process is told, as JSON in the variable IDENTITY. */
export interface IdentityProcessOptions extends Pick<IdentityOptions, 'clientSecrets' | 'webServers' | 'origins'> {
  readonly port: number;
  readonly keysFile: string;
}

/** The identity provider's addresses. */
export const identityAddresses = (port: number) => {
  const issuer = `http://127.0.0.1:${port}`;
  return { issuer, jwks: `${issuer}/jwks`, token: `${issuer}/token` };
};

/** The identity provider as a supervised process. It is ready when its keys can be fetched. */
export function identityUnit(options: IdentityProcessOptions, log: string): Unit {
  const { jwks, issuer } = identityAddresses(options.port);
  return processUnit({
    name: 'identity',
    roles: ['server'],
    urls: { issuer },
    logFile: log,
    command: {
      file: process.execPath,
      args: [join(import.meta.dirname, 'main.ts')],
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', IDENTITY: JSON.stringify(options) },
      cwd: join(import.meta.dirname, '..', '..'),
    },
    async probe() {
      const response = await fetch(jwks, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) {
        throw new Error(`${jwks} answers ${response.status}`);
      }
    },
  });
}
