/** `TEMPORAL_PAYLOAD_KEYS` does not fit; `message` says which entry and why, and repeats nothing of a key. */
export class PayloadKeysInvalidError extends Error {
  override readonly name = 'PayloadKeysInvalidError';
  readonly code = 'PAYLOAD_KEYS_INVALID';
}

/** A payload was encrypted with a key that this process was not given. With the key it can be read: nothing is lost. */
export class PayloadKeyUnknownError extends Error {
  override readonly name = 'PayloadKeyUnknownError';
  readonly code = 'PAYLOAD_KEY_UNKNOWN';
  readonly keyId: string;

  constructor(keyId: string) {
    super(`a payload was encrypted with the key "${keyId}", which is not among TEMPORAL_PAYLOAD_KEYS: add it there`);
    this.keyId = keyId;
  }
}

/**
 * An encrypted payload cannot be read with the key it names: it was changed since, or this process has another key under
 * that id.
 */
export class PayloadDamagedError extends Error {
  override readonly name = 'PayloadDamagedError';
  readonly code = 'PAYLOAD_DAMAGED';
  readonly keyId: string;

  constructor(keyId: string, why: string) {
    super(`a payload said to be encrypted with the key "${keyId}" cannot be read: ${why}`);
    this.keyId = keyId;
  }
}
