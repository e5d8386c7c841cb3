export { dataConverterWith } from './data-converter.ts';
export { PayloadDamagedError, PayloadKeysInvalidError, PayloadKeyUnknownError } from './errors.ts';
export { payloadCodec } from './payload-codec.ts';
export { type PayloadKey, type PayloadKeys, readPayloadKeys } from './payload-keys.ts';
