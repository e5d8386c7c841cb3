import { randomUUID } from 'node:crypto';
import { createTopic, networkPath, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { Admin, Consumer } from '@platformatic/kafka';
import { partitionOf } from '../../publisher/murmur2.ts';
import type { OutgoingMessage, Publisher } from '../../publisher/publisher.ts';
import { createAdmin } from '../../testing/fixtures/kafka/clients.ts';
import { readTopic } from '../../testing/fixtures/kafka/read-topic.ts';
import { platformaticPublisher } from '../publisher.ts';

jest.setTimeout(60_000);

const message = (topic: string, key: string, value: string): OutgoingMessage => ({
  ...{ topic, key: Buffer.from(key), value: Buffer.from(value) },
  headers: [['größe', Buffer.alloc(0)]],
});
const numbered = (topic: string, from: number, to: number, keys = 5): OutgoingMessage[] =>
  Array.from({ length: to - from }, (_, n) => message(topic, `k${(from + n) % keys}`, String(from + n)));

function openPublisher(requestTimeoutMs = 5_000, clientId = 'test-batches'): Publisher & AsyncDisposable {
  const publisher = platformaticPublisher({ brokers: testServers().kafkaBrokers, clientId, requestTimeoutMs });
  return Object.assign(publisher, { [Symbol.asyncDispose]: () => publisher.close() });
}

const everythingWritten = (messages: readonly OutgoingMessage[]) => messages.map(() => ({ ok: true }));

/** The batches in the log of a topic with one partition, as the broker keeps them. */
async function batchesOf(topic: string) {
  const consumer = new Consumer({
    ...{ clientId: 'test-log', groupId: randomUUID(), bootstrapBrokers: [...testServers().kafkaBrokers] },
  });
  try {
    const metadata = await consumer.metadata({ topics: [topic] });
    const { id = '', partitions = [] } = metadata.topics.get(topic) ?? {};
    const partition = {
      ...{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 10_000_000 },
      ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
    };
    const { responses } = await consumer.fetch({
      ...{ node: partitions[0]?.leader ?? -1, topics: [{ topicId: id, partitions: [partition] }] },
      ...{ maxWaitTime: 1_000, minBytes: 1, maxBytes: 10_000_000 },
    });
    return responses.flatMap((ofTopic) => ofTopic.partitions).flatMap(({ records }) => [...(records ?? [])]);
  } finally {
    await consumer.close();
  }
}

describe('record batches encoded here', () => {
  test('are in the log under one producer id, with sequences that count on, and with times that are given by us', async () => {
    const topic = await createTopic('sequences', { partitions: 1 });
    await using publisher = openPublisher();
    for (const [from, to] of [
      [0, 3],
      [3, 4],
      [4, 10],
    ] as const) {
      expect(await publisher.publish(numbered(topic, from, to))).toEqual(everythingWritten(numbered(topic, from, to)));
    }
    const batches = await batchesOf(topic);
    expect(batches.map(({ firstSequence }) => firstSequence)).toEqual([0, 3, 4]);
    expect(new Set(batches.map(({ producerId }) => producerId)).size).toBe(1);
    expect(batches[0]?.producerId).toBeGreaterThanOrEqual(0n);
    for (const { firstTimestamp, maxTimestamp } of batches) expect(maxTimestamp).toBe(firstTimestamp);
  });

  test('a refused message does not use up a sequence, and the next call has a new producer id', async () => {
    const topic = await createTopic('refused', { partitions: 1, config: { 'max.message.bytes': '20000' } });
    await using publisher = openPublisher();
    const batch = [message(topic, 'a', '1'), message(topic, 'b', 'x'.repeat(40_000)), message(topic, 'c', '2')];
    const results = await publisher.publish(batch);
    expect(results).toMatchObject([{ ok: true }, { ok: false, kind: 'message', mayBeWritten: false }, { ok: true }]);
    expect(await publisher.publish([message(topic, 'b', '3')])).toEqual([{ ok: true }]);
    const log = (await batchesOf(topic)).map(({ producerId, firstSequence, records }) => ({
      ...{ producerId, firstSequence },
      values: records.map(({ value }) => String(value)),
    }));
    expect(log.map(({ firstSequence, values }) => [firstSequence, values])).toEqual([
      [0, ['1']],
      [1, ['2']],
      [0, ['3']],
    ]);
    expect(log[2]?.producerId).not.toBe(log[0]?.producerId);
  });

  test('an answer that is lost leaves its messages open; sent again, every key is in its order', async () => {
    const topic = await createTopic('lost', { partitions: 2 });
    const { port } = new URL(`kafka://${testServers().kafkaBrokers[0]}`);
    using path = networkPath(Number(port));
    await using publisher = openPublisher(500);
    expect(await publisher.publish(numbered(topic, 0, 20))).toEqual(everythingWritten(numbered(topic, 0, 20)));
    path.silence();
    const results = await publisher.publish(numbered(topic, 20, 40));
    expect(results).toHaveLength(20);
    for (const result of results) expect(result).toMatchObject({ ok: false, kind: 'brokers', mayBeWritten: true });
    path.mend();
    // As the relay does: the same first, then what follows.
    expect(await publisher.publish(numbered(topic, 20, 40))).toEqual(everythingWritten(numbered(topic, 20, 40)));
    expect(await publisher.publish(numbered(topic, 40, 60))).toEqual(everythingWritten(numbered(topic, 40, 60)));
    const written = await readTopic(topic);
    // The first attempt is there as well: only its answer was lost.
    expect(written).toHaveLength(80);
    for (const ofKey of Map.groupBy(written, ({ key }) => key).values()) {
      const firsts = [...new Set(ofKey.map(({ value }) => Number(value)))];
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
    }
  });

  test('a topic that is deleted and made anew is written to again, in the partitions it has then', async () => {
    const topic = await createTopic('again', { partitions: 6 });
    await using publisher = openPublisher();
    expect(await publisher.publish(numbered(topic, 0, 30, 30))).toEqual(everythingWritten(numbered(topic, 0, 30)));
    await using admin = await createAdmin();
    await admin.deleteTopics({ topics: [topic] });
    // With what it knows of six partitions it asks for some that are not there any more, and learns it.
    await waitFor('the publisher to notice', async () =>
      (await publisher.publish(numbered(topic, 30, 60, 30))).every((result) => !result.ok && result.kind === 'topic'),
    );
    await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1 }], waitForLeaders: false });
    await waitFor('all to be written', async () =>
      (await publisher.publish(numbered(topic, 60, 90, 30))).every(({ ok }) => ok),
    );
    for (const { key, partition } of await readTopic(topic)) {
      expect(partition).toBe(partitionOf(Buffer.from(key), 2));
    }
  });

  test('partitions that are added are written to once the topic is asked for again', async () => {
    const topic = await createTopic('grown', { partitions: 1 });
    await using publisher = openPublisher();
    expect(await publisher.publish(numbered(topic, 0, 10, 10))).toEqual(everythingWritten(numbered(topic, 0, 10)));
    await using admin = await createAdmin();
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
    await waitFor('four partitions', async () => (await admin.fetchTopicOffsets(topic)).length === 4);
    await publisher.close(); // forgets what it knew, as a minute does
    expect(await publisher.publish(numbered(topic, 10, 60, 50))).toEqual(everythingWritten(numbered(topic, 10, 60)));
    const later = (await readTopic(topic)).filter(({ value }) => Number(value) >= 10);
    expect(new Set(later.map(({ partition }) => partition)).size).toBe(4);
    for (const { key, partition } of later) expect(partition).toBe(partitionOf(Buffer.from(key), 4));
  });

  test('several topics at once: each has its own answer', async () => {
    const [one, two] = [await createTopic('one', { partitions: 3 }), await createTopic('two', { partitions: 2 })];
    await using publisher = openPublisher();
    const batch = [...numbered(one, 0, 9), message('no such topic!', 'a', '1'), ...numbered(two, 0, 9)];
    const results = await publisher.publish(batch);
    expect(results.filter(({ ok }) => ok)).toHaveLength(18);
    expect(results[9]).toMatchObject({ ok: false, kind: 'topic', mayBeWritten: false });
    expect([(await readTopic(one)).length, (await readTopic(two)).length]).toEqual([9, 9]);
  });

  test('a client over its quota keeps silent as long as the broker asks, so that no request waits too long', async () => {
    const topic = await createTopic('quota', { partitions: 1 });
    const clientId = `over-quota-${randomUUID()}`;
    await using publisher = openPublisher(2_000, clientId);
    const admin = new Admin({ clientId: 'test-quota', bootstrapBrokers: [...testServers().kafkaBrokers] });
    const entities = [{ entityType: 'client-id' as const, entityName: clientId }];
    const key = 'producer_byte_rate' as const;
    // 60,000 bytes are 13.5 seconds' worth of it, of which a broker gives 10 to 11 in advance: 2.5 to 3.5 seconds of silence.
    await admin.alterClientQuotas({ entries: [{ entities, ops: [{ key, value: 4_444, remove: false }] }] });
    try {
      await waitFor('the quota to be in force', async () => {
        const components = [{ entityType: 'client-id' as const, matchType: 0 as const, match: clientId }];
        const inForce: Promise<readonly unknown[]> = admin.describeClientQuotas({ components });
        return (await inForce).length === 1;
      });
      // A broker that is spoken to in spite of it answers after its silence, which is longer than a request may take.
      expect(await publisher.publish([message(topic, 'a', 'x'.repeat(60_000))])).toEqual([{ ok: true }]);
      expect(await publisher.publish([message(topic, 'a', 'x')])).toEqual([{ ok: true }]);
    } finally {
      await admin.alterClientQuotas({ entries: [{ entities, ops: [{ key, remove: true }] }] });
      await admin.close();
    }
  });
});
