import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { PayloadDamagedError, PayloadKeyUnknownError } from './errors.ts';
import type { PayloadKey, PayloadKeys } from './payload-keys.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** Metadata of an encrypted payload, by the names that Temporal's own samples use. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts whole payloads, their metadata included, with AES-256-GCM: `data` is nonce, cipher text and tag. The key's id
 * stands in the metadata and is authenticated with it. A payload that was never encrypted passes through `decode`, so that
 * orders begun before there was a key go on.
 *
 * @example
 * new Client({ connection, namespace, dataConverter: { payloadCodecs: [payloadCodec(readPayloadKeys(text))] } });
 */
export function payloadCodec(keys: PayloadKeys): PayloadCodec {
  const [newest] = keys;
  const byId = new Map(keys.map((each) => [each.id, each]));

  const decrypted = (payload: Payload): Payload => {
    const { [ENCODING_FIELD]: encoding, [KEY_ID]: keyId } = payload.metadata ?? {};
    // What names a key was encrypted, whatever else it says now.
    if (keyId === undefined && text(encoding) !== ENCODING) return payload;
    const id = text(keyId);
    if (text(encoding) !== ENCODING) throw new PayloadDamagedError(id, `its encoding is not ${ENCODING}`);
    const known = byId.get(id);
    if (known === undefined) throw new PayloadKeyUnknownError(id);
    return decrypt(payload.data ?? new Uint8Array(), known);
  };

  return {
    encode: async (payloads) => (newest === undefined ? payloads : payloads.map((each) => encrypt(each, newest))),
    decode: async (payloads) => payloads.map(decrypted),
  };
}

const ENCODING_FIELD = 'encoding';

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();

function encrypt(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(authenticated(id));
  const clear = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { [ENCODING_FIELD]: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) }, data };
}

function decrypt(data: Uint8Array, { id, key }: PayloadKey): Payload {
  if (data.length < NONCE_BYTES + TAG_BYTES) throw new PayloadDamagedError(id, 'it is cut off');
  const nonce = data.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(authenticated(id))
    .setAuthTag(data.subarray(-TAG_BYTES));
  const clear = decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    throw new PayloadDamagedError(id, 'it was changed since, or this process has another key under that id');
  }
  return PayloadMessage.decode(clear);
}

const authenticated = (id: string): Buffer => Buffer.from(`${ENCODING} ${id}`);
