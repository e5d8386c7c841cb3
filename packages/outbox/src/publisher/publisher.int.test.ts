import { createServer } from 'node:net';
import { createTopic } from '@bezel/local/testing';
import { describe, expect, test } from '@jest/globals';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../testing/fixtures/kafka/read-topic.ts';
import { partitionOf } from './murmur2.ts';
import type { OutgoingMessage } from './publisher.ts';

const message = (topic: string, key: string, value: string | Buffer): OutgoingMessage => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: [['ce_id', Buffer.from(`${key}-${String(value).slice(0, 8)}`)]],
});

/** What every publisher promises, against a real broker. */
describe.each(PUBLISHERS)('the publisher on $client', ({ publisher }) => {
  test('writes bytes, headers and keys untouched, in order, where the Java client would', async () => {
    const topic = await createTopic('publish', { partitions: 12 });
    await using open = publisher();
    const raw = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    const batch = [
      ...Array.from({ length: 600 }, (_, n) => message(topic, `order-${n % 37}`, String(n))),
      message(topic, 'bytes', raw),
    ];
    const results = [...(await open.publish(batch.slice(0, 300))), ...(await open.publish(batch.slice(300)))];
    expect(results).toEqual(batch.map(() => ({ ok: true })));

    const written = await readTopic(topic);
    expect(written).toHaveLength(batch.length);
    expect(written.find(({ key }) => key === 'bytes')?.value).toEqual(raw);
    for (const { key, partition, headers } of written) {
      expect(partition).toBe(partitionOf(Buffer.from(key), 12));
      expect(headers['ce_id']?.startsWith(`${key}-`)).toBe(true);
    }
    for (const ofKey of Map.groupBy(written, ({ key }) => key).values()) {
      const numbers = ofKey.map(({ value }) => Number(value));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  test('a message that is too large fails alone, and stops its own key', async () => {
    const topic = await createTopic('large', { partitions: 3, config: { 'max.message.bytes': '20000' } });
    await using open = publisher();
    const batch = [
      message(topic, 'a', '1'),
      message(topic, 'b', 'x'.repeat(40_000)),
      message(topic, 'a', '2'),
      message(topic, 'b', '3'),
      message(topic, 'c', '4'),
    ];
    const results = await open.publish(batch);
    expect(results.map((result) => (result.ok ? 'ok' : result.kind))).toEqual([
      'ok',
      'message',
      'ok',
      'predecessor',
      'ok',
    ]);
    const first = [...new Set((await readTopic(topic)).map(({ value }) => value.toString()))];
    expect(first.toSorted()).toEqual(['1', '2', '4']);
    expect(await open.publish([message(topic, 'b', '5')])).toEqual([{ ok: true }]);
  });

  test('a message carries the time it is given; a time brokers refuse is no fault of the message', async () => {
    const topic = await createTopic('time', { partitions: 1 });
    await using open = publisher();
    const now = Date.now();
    const at = (value: string, hours: number) => ({
      ...message(topic, 'a', value),
      timestamp: now + hours * 3_600_000,
    });
    const batch = [at('1', -30), at('2', -2), at('3', -40), message(topic, 'a', '4')];
    expect(await open.publish(batch)).toEqual(batch.map(() => ({ ok: true })));
    const [first, second, third, fourth] = await readTopic(topic);
    expect([first?.timestamp, second?.timestamp, third?.timestamp]).toEqual(
      batch.slice(0, 3).map((sent) => sent.timestamp),
    );
    expect(fourth?.timestamp).toBeGreaterThanOrEqual(now);
    expect(await open.publish([at('5', 2)])).toMatchObject([{ ok: false, kind: 'topic', mayBeWritten: false }]);
    expect(await open.publish([at('6', 0)])).toEqual([{ ok: true }]);
  });

  test('an unknown topic fails alone, and works once it is there', async () => {
    const known = await createTopic('known', { partitions: 1 });
    const unknown = `${known}.unknown`;
    await using open = publisher();
    const results = await open.publish([message(unknown, 'a', '1'), message(known, 'a', '2')]);
    expect(results).toMatchObject([{ ok: false, kind: 'topic' }, { ok: true }]);
    expect([...new Set((await readTopic(known)).map(({ value }) => value.toString()))]).toEqual(['2']);
    expect(await open.publish([message(known, 'a', '3')])).toEqual([{ ok: true }]);
  });

  test('brokers that refuse connections are answered as such, in bounded time, and close ends', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    await using open = publisher([`127.0.0.1:${port}`]);
    expect(await open.publish([message('any', 'a', '1')])).toMatchObject([{ ok: false, kind: 'brokers' }]);
  });

  test('a broker that accepts and never answers is given up', async () => {
    await using silent = await blackHole();
    await using open = publisher([silent.address], 500);
    expect(await open.publish([message('any', 'a', '1')])).toMatchObject([
      { ok: false, kind: 'brokers', mayBeWritten: true },
    ]);
  });

  test('publishes again after close', async () => {
    const topic = await createTopic('again', { partitions: 1 });
    await using open = publisher();
    expect(await open.publish([message(topic, 'a', '1')])).toEqual([{ ok: true }]);
    await open.close();
    expect(await open.publish([message(topic, 'a', '2')])).toEqual([{ ok: true }]);
    expect((await readTopic(topic)).map(({ value }) => value.toString())).toEqual(['1', '2']);
  });
});

/** A server that accepts connections and says nothing. */
async function blackHole(): Promise<AsyncDisposable & { readonly address: string }> {
  const sockets = new Set<import('node:net').Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
