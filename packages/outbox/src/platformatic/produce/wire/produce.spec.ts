import { describe, expect, test } from '@jest/globals';
import { Reader, readRecordsBatch, Writer } from '@platformatic/kafka';
import { encodeProduce, roomForProduce } from './produce-request.ts';
import { readProduceAnswer } from './produce-response.ts';
import { chooseApis } from './versions.ts';

const message = (topic: string, value: string) => ({
  ...{ topic, key: Buffer.from('k'), value: Buffer.from(value), headers: [] },
});
const producer = { id: 9n, epoch: 1, sequence: 5 };

describe('a Produce request', () => {
  test('asks all replicas, and holds the partitions of every topic with their batches', () => {
    const batches = [
      { topic: 'öl', partition: 2, messages: [message('öl', '1'), message('öl', '2')], producer },
      { topic: 'b', partition: 0, messages: [message('b', '3')], producer },
      { topic: 'öl', partition: 7, messages: [message('öl', '4')], producer },
    ];
    const reader = Reader.from(encodeProduce(Buffer.alloc(roomForProduce(batches)), batches, 9_000, 1_000));
    expect(reader.readNullableString(false)).toBeNull();
    expect(reader.readInt16()).toBe(-1);
    expect(reader.readInt32()).toBe(9_000);
    const topics = reader.readArray(
      () => ({
        topic: reader.readString(false),
        partitions: reader.readArray(
          () => {
            const partition = reader.readInt32();
            const length = reader.readInt32();
            const { length: inBatch, records } = readRecordsBatch(reader);
            expect(length).toBe(inBatch + 12);
            return { partition, values: records.map(({ value }) => String(value)) };
          },
          false,
          false,
        ),
      }),
      false,
      false,
    );
    expect(reader.remaining).toBe(0);
    expect(topics).toEqual([
      {
        topic: 'öl',
        partitions: [
          { partition: 2, values: ['1', '2'] },
          { partition: 7, values: ['4'] },
        ],
      },
      { topic: 'b', partitions: [{ partition: 0, values: ['3'] }] },
    ]);
  });
});

/** The answer of a broker in the form that the protocol's tables give for a version. */
function answered(version: number): Buffer {
  return Writer.create()
    .appendArray(
      [0, 87],
      (w, code) => {
        w.appendString(`t-${code}`, false).appendArray(
          [3],
          (p, partition) => {
            p.appendInt32(partition).appendInt16(code).appendInt64(100n).appendInt64(-1n);
            if (version >= 5) p.appendInt64(0n);
            if (version < 8) return;
            p.appendArray(
              code === 0 ? [] : [4, 6],
              (f, index) => f.appendInt32(index).appendString('bad', false),
              false,
              false,
            );
            p.appendString(code === 0 ? null : 'some are bad', false);
          },
          false,
          false,
        );
      },
      false,
      false,
    )
    .appendInt32(250).buffer;
}

describe('the answer to a Produce request', () => {
  test.each([3, 4, 5, 7, 8])('of version %i: a code for each partition, and which messages are at fault', (version) => {
    const told = version >= 8 ? { faulty: [4, 6], detail: 'some are bad' } : { faulty: [], detail: null };
    expect(readProduceAnswer(version, Reader.from(answered(version)))).toEqual({
      partitions: [
        { topic: 't-0', partition: 3, code: 0, faulty: [], detail: null },
        { topic: 't-87', partition: 3, code: 87, ...told },
      ],
      throttleMs: 250,
    });
  });
});

describe('versions', () => {
  const broker = (produce: [number, number]) =>
    [
      [0, ...produce],
      [3, 0, 13],
      [22, 0, 5],
    ].map(([apiKey = 0, minVersion = 0, maxVersion = 0]) => ({ apiKey, minVersion, maxVersion }));

  test.each([
    { range: [0, 13] as [number, number], chosen: 8 },
    { range: [3, 7] as [number, number], chosen: 7 },
    { range: [0, 3] as [number, number], chosen: 3 },
  ])('the latest that both sides know: $range', ({ range, chosen }) => {
    const { produce, metadata, initProducerId } = chooseApis(broker(range));
    expect([produce.version, metadata.version, initProducerId.version]).toEqual([chosen, 12, 4]);
  });

  test('a broker with which there is no common version is refused, and the error names both sides', () => {
    expect(() => chooseApis(broker([9, 15]))).toThrow(
      'Produce is spoken here in versions 8, 7, 6, 5, 4, 3; the broker takes 9 to 15',
    );
  });
});
