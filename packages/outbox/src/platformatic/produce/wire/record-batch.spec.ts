import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { crc32c, Reader, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import type { OutgoingMessage } from '../../../publisher/publisher.ts';
import { type ProducerStamp, roomFor, seal, writeRecordBatch } from './record-batch.ts';

/** What kafkajs reads batches with; it is not among what the client exports. */
interface KafkajsBatch {
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly records: readonly {
    readonly offset: string;
    readonly timestamp: string;
    readonly key: Buffer;
    readonly value: Buffer;
    readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
  }[];
}
const load = createRequire(import.meta.url);
const Decoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeWithKafkajs = load('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  from: object,
) => Promise<KafkajsBatch>;

const TIME = 1_763_000_000_000;
const STAMP: ProducerStamp = { id: 2n ** 40n + 7n, epoch: 3, sequence: 2_147_483_000 };
const CRC_AT = 17;
const CHECKED_FROM = 21;

/** Texts compare in a fraction of the time of Buffers. */
const hex = (bytes: Buffer | null): string | undefined => bytes?.toString('hex');

function encode(messages: readonly OutgoingMessage[], stamp = STAMP, from = 0): Buffer {
  const bytes = Buffer.alloc(from + roomFor(messages), 0xee);
  const extent = writeRecordBatch(bytes, from, messages, TIME, stamp);
  seal(bytes, extent);
  return bytes.subarray(extent.from, extent.to);
}

/** Lengths around the places where a varint grows, and where copying changes hands. */
const length = fc.oneof(fc.nat(70), fc.constantFrom(47, 48, 63, 64, 8_191, 8_192));
const bytes = fc.tuple(length, fc.nat(255)).map(([size, fill]) => Buffer.alloc(size, fill));
// kafkajs keeps headers as properties of a plain object.
const name = fc.oneof(
  // kafkajs keeps headers as properties of a plain object, which has some already.
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !(text in {})),
  fc.constantFrom('ce_id', 'größe', '名'),
);
const message: fc.Arbitrary<OutgoingMessage> = fc.record({
  topic: fc.constant('t'),
  key: fc.oneof(
    bytes,
    fc.uint8Array({ maxLength: 40 }).map((drawn) => Buffer.from(drawn)),
  ),
  value: bytes,
  // One value to a name: kafkajs puts several into one list.
  headers: fc.uniqueArray(fc.tuple(name, bytes), { maxLength: 4, selector: ([text]) => text }),
  timestamp: fc
    .oneof(fc.constant(undefined), fc.integer({ min: -1, max: 130 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 }))
    .map((later) => later && TIME + later),
});
const batch = fc.array(message, { minLength: 1, maxLength: 70 });

describe('a record batch', () => {
  test('is read by @platformatic/kafka as it was written', () => {
    fc.assert(
      fc.property(batch, fc.nat(50), (messages, from) => {
        const encoded = encode(messages, STAMP, from);
        const reader = Reader.from(encoded);
        const read = readRecordsBatch(reader);
        expect(reader.remaining).toBe(0);
        const times = messages.map(({ timestamp = TIME }) => BigInt(timestamp));
        const [first = 0n] = times;
        const latest = BigInt(Math.max(...times.map(Number)));
        expect(read).toMatchObject({
          ...{ firstOffset: 0n, length: encoded.length - 12, magic: 2, attributes: 0 },
          ...{ lastOffsetDelta: messages.length - 1, firstTimestamp: first, maxTimestamp: latest },
          ...{ producerId: STAMP.id, producerEpoch: STAMP.epoch, firstSequence: STAMP.sequence },
        });
        const found = read.records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
          ...{ offsetDelta, timestampDelta, key: hex(key), value: hex(value) },
          headers: headers.map(([header, text]) => [String(header), hex(text)]),
        }));
        const wanted = messages.map(({ key, value, headers }, offsetDelta) => ({
          ...{ offsetDelta, timestampDelta: (times[offsetDelta] ?? 0n) - first, key: hex(key), value: hex(value) },
          headers: headers.map(([header, text]) => [header, hex(text)]),
        }));
        expect(found).toEqual(wanted);
      }),
      { numRuns: 25 },
    );
  });

  test('is read by kafkajs as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(batch, async (messages) => {
        const read = await decodeWithKafkajs(new Decoder(encode(messages)));
        expect(read).toMatchObject({
          ...{ producerId: String(STAMP.id), producerEpoch: STAMP.epoch, firstSequence: STAMP.sequence },
        });
        const found = read.records.map(({ offset, timestamp, key, value, headers }) => ({
          ...{ offset, timestamp, key: hex(key), value: hex(value) },
          headers: new Map(Object.entries(headers).map(([header, text]) => [header, hex(text as Buffer)])),
        }));
        const wanted = messages.map(({ key, value, headers, timestamp = TIME }, n) => ({
          ...{ offset: String(n), timestamp: String(timestamp), key: hex(key), value: hex(value) },
          headers: new Map(headers.map(([header, text]) => [header, hex(text)])),
        }));
        expect(found).toEqual(wanted);
      }),
      { numRuns: 25 },
    );
  });

  test('carries the checksum of all that follows it, and nothing before', () => {
    fc.assert(
      fc.property(batch, (messages) => {
        const encoded = encode(messages);
        expect(encoded.readUInt32BE(CRC_AT)).toBe(crc32c(encoded.subarray(CHECKED_FROM)));
      }),
      { numRuns: 25 },
    );
  });

  test('keeps headers apart when there were more names than are remembered', () => {
    const messages = Array.from({ length: 1_200 }, (_, n) => ({
      ...{ topic: 't', key: Buffer.from('k'), value: Buffer.alloc(0) },
      headers: [[`name-${n}`, Buffer.from(String(n))] as const],
    }));
    const { records } = readRecordsBatch(Reader.from(encode(messages)));
    expect(records.map(({ headers }) => String(headers[0]?.[0]))).toEqual(messages.map((_, n) => `name-${n}`));
  });

  test('knows empty from absent: an empty key and an empty value have no bytes, and are there', () => {
    const empty = {
      topic: 't',
      key: Buffer.alloc(0),
      value: Buffer.alloc(0),
      headers: [['h', Buffer.alloc(0)]] as const,
    };
    const [record] = readRecordsBatch(Reader.from(encode([empty]))).records;
    expect(record).toMatchObject({ key: Buffer.alloc(0), value: Buffer.alloc(0) });
    expect(record?.headers).toEqual([[Buffer.from('h'), Buffer.alloc(0)]]);
  });
});
