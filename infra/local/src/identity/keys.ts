import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { writeJsonAtomically } from '../supervisor/atomic-json.ts';

/** What the issuer signs with. It outlives restarts: tokens issued before one stay valid after it. */
export interface IdentityKeys {
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly cookies: readonly string[];
}

/** Reads the keys from a file only its owner can read; makes them the first time. */
export async function openKeys(file: string): Promise<IdentityKeys> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as IdentityKeys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = randomBytes(8).toString('hex');
  const keys: IdentityKeys = {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }] },
    cookies: [randomBytes(32).toString('hex')],
  };
  writeJsonAtomically(file, keys);
  return keys;
}
