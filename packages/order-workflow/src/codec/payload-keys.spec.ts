import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { PayloadKeysInvalidError } from './errors.ts';
import { readPayloadKeys } from './payload-keys.ts';

const base64 = (bytes = 32): string => randomBytes(bytes).toString('base64');

describe('keys', () => {
  test('are read in the order given', () => {
    const [newer, older] = [base64(), base64()];
    const keys = readPayloadKeys(`2026-11:${newer}, 2026-05:${older}`);
    expect(keys.map(({ id, key }) => [id, key.export().toString('base64')])).toEqual([
      ['2026-11', newer],
      ['2026-05', older],
    ]);
  });

  test('show themselves to no log line', () => {
    const secret = base64();
    const keys = readPayloadKeys(`k:${secret}`);
    const bytes = Buffer.from(secret, 'base64');
    for (const shown of [inspect(keys, { depth: 9, showHidden: true }), JSON.stringify(keys)]) {
      expect(shown).not.toContain(secret.slice(0, 8));
      expect(shown).not.toContain(bytes.toString('hex').slice(0, 8));
      expect(shown).not.toContain([...bytes.subarray(0, 3)].join(','));
    }
  });

  const key = base64();
  test.each([
    ['nothing', '', /entry 1: expected <id>:<key>/],
    ['a key without an id', key, /entry 1: expected <id>:<key>/],
    ['an empty id', `:${key}`, /entry 1: expected <id>:<key>/],
    ['an id with a space', `a b:${key}`, /entry 1: expected <id>:<key>/],
    ['a comma too many', `k:${key},`, /entry 2: expected <id>:<key>/],
    ['a short key', `k:${base64(31)}`, /the key "k": expected 32 bytes/],
    ['a long key', `k:${base64(33)}`, /the key "k": expected 32 bytes/],
    ['what is not base64', `k:${key.slice(0, -2)}*=`, /the key "k": expected 32 bytes/],
    ['an id twice', `k:${key},j:${base64()},k:${base64()}`, /the key "k" is given twice/],
  ])('refused: %s', (_what, text, complaint) => {
    const read = (): unknown => readPayloadKeys(text);
    expect(read).toThrow(PayloadKeysInvalidError);
    expect(read).toThrow(complaint);
    expect(read).not.toThrow(key.slice(0, 8));
  });
});
