import { testServers } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { partitionOf } from '../../src/publisher/murmur2.ts';
import type { OutgoingMessage } from '../../src/publisher/publisher.ts';
import { readTopic } from '../../src/testing/fixtures/kafka/read-topic.ts';
import type { RawProducer } from '../load/raw-producer.ts';
import { createTopic, PARTITIONS } from '../servers/topic.ts';
import { Connection } from './connection.ts';
import { assertWritten, encodeProduce } from './produce-request.ts';
import { ownProducer } from './producer.ts';
import { workerProducer } from './worker-producer.ts';

jest.setTimeout(60_000);

const broker = (): string => testServers().kafkaBrokers[0] ?? '';

const closing = (producer: RawProducer) => ({ producer, [Symbol.asyncDispose]: () => producer.close() });

/** Lengths around the places where a varint grows by a byte. */
const LENGTHS = [0, 1, 47, 48, 63, 64, 65, 8_191, 8_192, 20_000];

const recordsOf = (topic: string): OutgoingMessage[] =>
  Array.from({ length: 300 }, (_, n) => ({
    topic,
    key: Buffer.from(`key-${n % 20}`),
    value: Buffer.alloc(LENGTHS[n % LENGTHS.length] as number, n),
    headers: [
      ['n', Buffer.from(String(n))],
      ['größe', Buffer.from('ü'.repeat(n))],
    ],
  }));

describe('what the spike measures are messages', () => {
  test.each([
    { name: 'own', create: ownProducer },
    { name: 'worker', create: workerProducer },
  ])('$name: all arrive as they are, in the partition Java would choose, each key in its order', async ({ create }) => {
    await using topic = await createTopic({ brokers: [broker()] });
    await using made = closing(create(broker()));
    const records = recordsOf(topic.name);
    await made.producer.prepare(records)();
    const found = await readTopic(topic.name);
    const byNumber = new Map(found.map((message) => [Number(message.headers['n']), message]));
    expect(byNumber.size).toBe(records.length);
    for (const [n, { key, value }] of records.entries()) {
      expect(byNumber.get(n)).toMatchObject({
        key: key.toString(),
        partition: partitionOf(key, PARTITIONS),
        headers: { größe: 'ü'.repeat(n) },
      });
      expect(byNumber.get(n)?.value.equals(value)).toBe(true);
    }
    for (const ofPartition of Map.groupBy(found, ({ partition }) => partition).values()) {
      const numbers = ofPartition.map(({ headers }) => Number(headers['n']));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  test('what the broker refuses is not taken for written', async () => {
    await using topic = await createTopic({ brokers: [broker()] });
    const connection = await Connection.open(broker());
    const { bytes } = encodeProduce(topic.name, recordsOf(topic.name).slice(0, 1), PARTITIONS);
    const response = await connection.request(bytes); // not sealed: the checksum is not that of the batch
    expect(() => assertWritten(response)).toThrow(/Kafka's error (2|87)/);
    await connection.close();
  });
});
