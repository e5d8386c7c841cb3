import { createSecretKey, type KeyObject } from 'node:crypto';
import { PayloadKeysInvalidError } from './errors.ts';

/** A key and the name that payloads know it by. */
export interface PayloadKey {
  readonly id: string;
  /** Held by OpenSSL: neither a log line nor JSON shows it. */
  readonly key: KeyObject;
}

/** The first key encrypts, all decrypt. Without any, payloads stay as they are and encrypted ones cannot be read. */
export type PayloadKeys = readonly PayloadKey[];

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9._-]{1,64}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads keys as `TEMPORAL_PAYLOAD_KEYS` writes them, newest first; `openssl rand -base64 32` makes one.
 *
 * @throws PayloadKeysInvalidError
 * @example
 * readPayloadKeys('2026-11:q83vASNFZ4k…=,2026-05:mGx2u0…='); // encrypts with 2026-11, reads what 2026-05 encrypted
 */
export function readPayloadKeys(text: string): PayloadKeys {
  const keys = text.split(',').map((entry, index) => readKey(entry.trim(), index + 1));
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new PayloadKeysInvalidError(`the key "${twice.id}" is given twice`);
  return keys;
}

function readKey(entry: string, place: number): PayloadKey {
  const colon = entry.indexOf(':');
  const [id, base64] = [entry.slice(0, Math.max(0, colon)), entry.slice(colon + 1)];
  // An id that does not fit is not repeated: it may be a key whose id was forgotten.
  if (!ID.test(id)) {
    throw new PayloadKeysInvalidError(
      `entry ${place}: expected <id>:<key>, the id of up to 64 letters, digits, dots, - and _`,
    );
  }
  const bytes = BASE64.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
  if (bytes.length !== KEY_BYTES) {
    throw new PayloadKeysInvalidError(`the key "${id}": expected ${KEY_BYTES} bytes in base64`);
  }
  return { id, key: createSecretKey(bytes) };
}
