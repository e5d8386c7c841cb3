import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { createTopic, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { RecordingListener } from '../testing/fixtures/kafka/recording-listener.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';

jest.setTimeout(60_000);

type Codec = 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** A topic with three messages in one batch. */
async function compressedTopic(compression: Codec): Promise<string> {
  const topic = await createTopic('compressed', { partitions: 1 });
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [...testServers().kafkaBrokers], compression });
  const messages = ['0', '1', '2'].map((text) => ({ topic, partition: 0, value: Buffer.from(text.repeat(500)) }));
  await producer.send({ messages });
  await producer.close();
  return topic;
}

function read(topic: string, client: string) {
  const by = SUBSCRIBERS.find((one) => one.client === client)?.subscriber();
  const listener = new RecordingListener();
  const subscription = by?.subscribe({ groupId: randomUUID(), topics: [topic], listener });
  if (subscription === undefined) throw new Error(`no subscriber on ${client}`);
  const partition = { topic, partition: 0 };
  return {
    listener,
    texts: () => listener.texts(partition).map((text) => text[0]),
    async fromTheBeginning() {
      await listener.joined(1);
      listener.seek(subscription, partition, 0n);
    },
    [Symbol.asyncDispose]: () => subscription.close(),
  };
}

describe('what is compressed', () => {
  test.each<[Codec, string]>([
    ['gzip', 'kafkajs'],
    ['gzip', 'platformatic'],
    ['snappy', 'platformatic'],
    ['lz4', 'platformatic'],
    ['zstd', 'platformatic'],
  ])('with %s is read by %s', async (codec, client) => {
    await using reading = read(await compressedTopic(codec), client);
    await reading.fromTheBeginning();
    await waitFor('all', () => reading.texts().length === 3);
    expect(reading.texts()).toEqual(['0', '1', '2']);
    expect(reading.listener.losses).toEqual([]);
  });

  test.each<[Codec, string]>([
    ['snappy', 'Snappy'],
    ['lz4', 'LZ4'],
    ['zstd', 'ZSTD'],
  ])('with %s is trouble on kafkajs, which says what to do', async (codec, name) => {
    await using reading = read(await compressedTopic(codec), 'kafkajs');
    await reading.fromTheBeginning();
    await waitFor('word of it', () => reading.listener.losses.length > 0);
    expect(reading.listener.losses[0]?.message).toBe(
      `a message is compressed with ${name}, for which kafkajs has no codec: register one in its CompressionCodecs, or read with @platformatic/kafka, which has it`,
    );
  });

  test('is read by kafkajs with a codec that was registered', async () => {
    const { CompressionCodecs, CompressionTypes } = kafkajs;
    const before = CompressionCodecs[CompressionTypes.ZSTD];
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
      decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
    });
    try {
      await using reading = read(await compressedTopic('zstd'), 'kafkajs');
      await reading.fromTheBeginning();
      await waitFor('all', () => reading.texts().length === 3);
      expect(reading.texts()).toEqual(['0', '1', '2']);
    } finally {
      CompressionCodecs[CompressionTypes.ZSTD] = before;
    }
  });
});
