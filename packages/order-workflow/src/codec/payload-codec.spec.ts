import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { PayloadDamagedError, PayloadKeyUnknownError } from './errors.ts';
import { payloadCodec } from './payload-codec.ts';
import { readPayloadKeys } from './payload-keys.ts';

const given = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [given('first'), given('second')];
const codecWith = (...keys: string[]) => payloadCodec(keys.length === 0 ? [] : readPayloadKeys(keys.join(',')));
const codec = codecWith(first);

const bytes = fc.uint8Array({ maxLength: 200 });
const anyPayload: fc.Arbitrary<Payload> = fc.record(
  { metadata: fc.dictionary(fc.string({ maxLength: 20 }), bytes), data: bytes },
  { noNullPrototype: true, requiredKeys: [] },
);
const clearPayload = anyPayload.filter(
  ({ metadata }) =>
    Buffer.from(metadata?.['encoding'] ?? []).toString() !== 'binary/encrypted' &&
    metadata?.['encryption-key-id'] === undefined,
);
const jsonPayload: Payload = defaultPayloadConverter.toPayload({ orderNumber: 'BZ-4711' });

const one = ([payload]: Payload[]): Payload => payload ?? {};
const encrypted = async (payload: Payload, by = codec): Promise<Payload> => one(await by.encode([payload]));
const decrypted = async (payload: Payload, by = codec): Promise<Payload> => one(await by.decode([payload]));

/** A payload as plain values, absent parts and empty ones alike, as its wire format has it. */
const plain = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, [...value]])),
  data: [...(data ?? [])],
});

describe('what is encrypted', () => {
  test('is what it was, when decrypted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPayload, { maxLength: 5 }), async (payloads) => {
        const back = await codec.decode(await codec.encode(payloads));
        expect(back.map(plain)).toEqual(payloads.map(plain));
      }),
    );
  });

  test('holds nothing in clear text but the name of its key', async () => {
    const { metadata, data } = await encrypted(jsonPayload);
    expect(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString()])).toEqual([
      ['encoding', 'binary/encrypted'],
      ['encryption-key-id', 'first'],
    ]);
    const shown = Buffer.from(data ?? []).toString('latin1');
    for (const clear of ['BZ-4711', 'orderNumber', 'json/plain']) expect(shown).not.toContain(clear);
  });

  test('is another cipher text each time', async () => {
    expect(plain(await encrypted(jsonPayload)).data).not.toEqual(plain(await encrypted(jsonPayload)).data);
  });

  test('cannot be changed anywhere without being found out', async () => {
    const original = await encrypted(jsonPayload);
    const places = Object.entries(original.metadata ?? {}).flatMap(([name, value]) =>
      [...value.keys()].map((at) => ({ name, at })),
    );
    const inData = [...(original.data ?? []).keys()].map((at) => ({ name: null, at }));
    for (const { name, at } of [...places, ...inData]) {
      for (const flip of [0x01, 0x80]) {
        const changed = structuredClone(original);
        const part = name === null ? changed.data : changed.metadata?.[name];
        if (part?.[at] === undefined) throw new Error('no such byte');
        part[at] ^= flip;
        await expect(decrypted(changed)).rejects.toMatchObject({
          code: name === 'encryption-key-id' ? 'PAYLOAD_KEY_UNKNOWN' : 'PAYLOAD_DAMAGED',
        });
      }
    }
  });

  test('cannot be cut off or made longer', async () => {
    const { metadata, data } = await encrypted(jsonPayload);
    const whole = Buffer.from(data ?? []);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = { metadata: metadata ?? null, data: whole.subarray(0, length) };
      await expect(decrypted(cut)).rejects.toBeInstanceOf(PayloadDamagedError);
    }
    const longer = { metadata: metadata ?? null, data: Buffer.concat([whole, Buffer.alloc(1)]) };
    await expect(decrypted(longer)).rejects.toBeInstanceOf(PayloadDamagedError);
  });

  test('cannot be passed off as another key’s, were the keys the same', async () => {
    const secret = randomBytes(32).toString('base64');
    const both = codecWith(`a:${secret}`, `b:${secret}`);
    const { metadata, data } = await encrypted(jsonPayload, both);
    const renamed = { metadata: { ...metadata, 'encryption-key-id': Buffer.from('b') }, data: data ?? null };
    await expect(decrypted(renamed, both)).rejects.toMatchObject({ code: 'PAYLOAD_DAMAGED', keyId: 'b' });
  });
});

describe('what was not encrypted', () => {
  test('passes through', async () => {
    await fc.assert(
      fc.asyncProperty(clearPayload, async (payload) => {
        expect(plain(await decrypted(payload))).toEqual(plain(payload));
      }),
    );
  });

  test('stays so where there is no key', async () => {
    expect(await encrypted(jsonPayload, codecWith())).toBe(jsonPayload);
  });
});

describe('several keys', () => {
  test('the first encrypts, each decrypts what it encrypted', async () => {
    const before = await encrypted(jsonPayload, codecWith(first));
    const rotated = codecWith(second, first);
    const after = await encrypted(jsonPayload, rotated);
    expect(plain(await decrypted(before, rotated))).toEqual(plain(jsonPayload));
    expect(plain(await decrypted(after, codecWith(second)))).toEqual(plain(jsonPayload));
  });

  test.each([
    ['no key', codecWith()],
    ['other keys', codecWith(second)],
  ])('a payload of a key that is not there: with %s the error names the key', async (_with, other) => {
    const error = await decrypted(await encrypted(jsonPayload), other).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PayloadKeyUnknownError);
    expect(error).toMatchObject({ code: 'PAYLOAD_KEY_UNKNOWN', keyId: 'first' });
    expect(String(error)).toContain('"first"');
  });

  test('another key under the same id is told, and no key is shown', async () => {
    const impostor = given('first');
    const error = await decrypted(await encrypted(jsonPayload), codecWith(impostor)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PayloadDamagedError);
    expect(error).toMatchObject({ code: 'PAYLOAD_DAMAGED', keyId: 'first' });
    for (const key of [first, impostor]) expect(String(error)).not.toContain(key.slice(6, 16));
  });
});
