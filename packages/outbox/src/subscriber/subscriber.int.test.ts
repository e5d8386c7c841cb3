import { randomUUID } from 'node:crypto';
import { createTopic, networkPath, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin, createProducer, removeBefore, testKafka } from '../testing/fixtures/kafka/clients.ts';
import { RecordingListener } from '../testing/fixtures/kafka/recording-listener.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import type { Subscriber, Subscription } from './index.ts';

jest.setTimeout(120_000);

/** What every subscriber promises, against a real broker. */
describe.each(SUBSCRIBERS)('the subscriber on $client', ({ subscriber }) => {
  function join(
    topics: string[],
    { groupId = randomUUID(), by = subscriber() }: { groupId?: string; by?: Subscriber } = {},
  ) {
    const listener = new RecordingListener();
    const subscription: Subscription & AsyncDisposable = Object.assign(by.subscribe({ groupId, topics, listener }), {
      [Symbol.asyncDispose]: () => subscription.close(),
    });
    return { listener, subscription, groupId };
  }
  const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`);
  const messages = (from: number, to: number, partition: number) =>
    texts(from, to).map((value) => ({ value, key: null, partition }));

  /** A client that is told the id of the topic says that as well. */
  const holds = (earliest: bigint, latest: bigint) => expect.objectContaining({ earliest, latest });
  /** Three messages in each transaction. */
  const transactions = async (topic: string, fates: readonly ('commit' | 'abort')[]): Promise<void> => {
    const producer = testKafka().producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const [round, fate] of fates.entries()) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: messages(round * 3, round * 3 + 3, 0) });
      await transaction[fate]();
    }
    await producer.disconnect();
  };

  test('is silent until sought, then reads from there, and says where it stands', async () => {
    const topic = await createTopic('seek', { partitions: 2 });
    await using producer = await createProducer();
    await producer.send({ topic, messages: [...messages(0, 10, 0), ...messages(0, 10, 1)] });
    const { listener, subscription } = join([topic]);
    await using _ = subscription;
    await listener.joined(2);
    expect(await subscription.offsets(topic)).toEqual(
      new Map([
        [0, holds(0n, 10n)],
        [1, holds(0n, 10n)],
      ]),
    );

    listener.seek(subscription, { topic, partition: 1 }, 7n);
    await producer.send({ topic, messages: messages(10, 12, 1) });
    await waitFor('the rest of partition 1', () => listener.texts({ topic, partition: 1 }).length >= 5);
    expect(listener.texts({ topic, partition: 1 })).toEqual(texts(7, 12));
    expect(listener.texts({ topic, partition: 0 })).toEqual([]);
    expect(listener.holes).toEqual([]);
  });

  test('seeks back while messages flow, and delivers nothing of the old position afterwards', async () => {
    const topic = await createTopic('back', { partitions: 1 });
    const partition = { topic, partition: 0 };
    await using producer = await createProducer();
    await producer.send({ topic, messages: messages(0, 2_000, 0) });
    const { listener, subscription } = join([topic], { by: subscriber({ maxBytesPerPartition: 4_096 }) });
    await using _ = subscription;
    await listener.joined(1);
    listener.seek(subscription, partition, 0n);
    let before = 0;
    for (const back of [5, 3, 1]) {
      await waitFor('some progress', () => listener.messages(partition).length > before);
      before = listener.messages(partition).length;
      listener.seek(subscription, partition, BigInt(back));
    }
    await waitFor('the end', () => listener.messages(partition).length >= before + 1_999);
    expect(listener.holes).toEqual([]);
    expect(listener.texts(partition).slice(before)).toEqual(texts(1, 2_000));
  });

  test('one partition can wait while others flow, and resumes where it was', async () => {
    const topic = await createTopic('pause', { partitions: 2 });
    await using producer = await createProducer();
    await producer.send({ topic, messages: [...messages(0, 3, 0), ...messages(0, 3, 1)] });
    const { listener, subscription } = join([topic]);
    await using _ = subscription;
    await listener.joined(2);
    listener.seek(subscription, { topic, partition: 0 }, 0n);
    listener.seek(subscription, { topic, partition: 1 }, 0n);
    await waitFor('the first', () => listener.texts({ topic, partition: 0 }).length === 3);
    subscription.pause({ topic, partition: 0 });
    // One range may still be in flight when it is paused; a second round shows that no more come.
    await producer.send({ topic, messages: [...messages(3, 6, 0), ...messages(3, 6, 1)] });
    await waitFor('partition 1', () => listener.texts({ topic, partition: 1 }).length === 6);
    await producer.send({ topic, messages: [...messages(6, 9, 0), ...messages(6, 9, 1)] });
    await waitFor('partition 1', () => listener.texts({ topic, partition: 1 }).length === 9);
    expect(listener.texts({ topic, partition: 0 }).length).toBeLessThan(9);
    subscription.resume({ topic, partition: 0 });
    await waitFor('partition 0', () => listener.texts({ topic, partition: 0 }).length === 9);
    expect(listener.texts({ topic, partition: 0 })).toEqual(texts(0, 9));
    expect(listener.holes).toEqual([]);
  });

  test('two members share the partitions; when one leaves, the other gets all and goes on anywhere', async () => {
    const topic = await createTopic('share', { partitions: 4 });
    await using producer = await createProducer();
    const first = join([topic]);
    await using _first = first.subscription;
    await first.listener.joined(4);
    const second = join([topic], { groupId: first.groupId });
    await using _second = second.subscription;
    await Promise.all([first.listener.joined(2), second.listener.joined(2)]);
    expect(new Set([...first.listener.owned, ...second.listener.owned].map(({ partition }) => partition)).size).toBe(4);

    await second.subscription.close();
    await first.listener.joined(4);
    for (let partition = 0; partition < 4; partition += 1) {
      first.listener.seek(first.subscription, { topic, partition }, 0n);
      await producer.send({ topic, messages: messages(0, 5, partition) });
    }
    await waitFor('all', () => [0, 1, 2, 3].every((p) => first.listener.texts({ topic, partition: p }).length === 5));
    expect(first.listener.holes).toEqual([]);
  });

  test.each([
    ['before the oldest message', 2n],
    ['behind the end', 99n],
  ])('says when the position lies %s, instead of jumping', async (_, position) => {
    const topic = await createTopic('range', { partitions: 2 });
    await using producer = await createProducer();
    await producer.send({ topic, messages: [...messages(0, 10, 0), ...messages(0, 10, 1)] });
    await removeBefore(topic, 0, 6);

    const { listener, subscription } = join([topic]);
    await using _s = subscription;
    await listener.joined(2);
    expect((await subscription.offsets(topic)).get(0)).toEqual(holds(6n, 10n));
    listener.seek(subscription, { topic, partition: 0 }, position);
    listener.seek(subscription, { topic, partition: 1 }, 0n);
    await waitFor('word of it', () => listener.outOfRanges.length > 0);
    await waitFor('partition 1', () => listener.texts({ topic, partition: 1 }).length === 10);
    expect(listener.outOfRanges).toEqual([`${topic}/0`]);
    expect(listener.texts({ topic, partition: 0 })).toEqual([]);

    listener.seek(subscription, { topic, partition: 0 }, 6n);
    await waitFor('partition 0', () => listener.texts({ topic, partition: 0 }).length === 4);
    expect(listener.texts({ topic, partition: 0 })).toEqual(texts(6, 10));
  });

  test('hides messages of aborted transactions and passes over the markers', async () => {
    const topic = await createTopic('aborted', { partitions: 1 });
    await transactions(topic, ['commit', 'abort', 'abort', 'commit']);
    const { listener, subscription } = join([topic], { by: subscriber({ maxBytesPerPartition: 200 }) });
    await using _ = subscription;
    await listener.joined(1);
    listener.seek(subscription, { topic, partition: 0 }, 0n);
    await waitFor('what was committed', () => listener.texts({ topic, partition: 0 }).includes('11'));
    expect(listener.texts({ topic, partition: 0 })).toEqual([...texts(0, 3), ...texts(9, 12)]);
    expect(listener.outOfRanges).toEqual([]);
  });

  test.each([
    ['a marker alone', ['commit'], ['0', '1', '2']],
    ['what was aborted', ['abort', 'abort'], []],
  ] as const)('says that it read to the end when all that is left there is %s', async (_, fates, seen) => {
    const topic = await createTopic('trailing', { partitions: 1 });
    const partition = { topic, partition: 0 };
    const { listener, subscription } = join([topic]);
    await using _s = subscription;
    await listener.joined(1);
    listener.seek(subscription, partition, 0n);
    await transactions(topic, fates);
    const latest = BigInt(fates.length * 4);
    expect(await subscription.offsets(topic)).toEqual(new Map([[0, holds(0n, latest)]]));
    await waitFor('the end', () => listener.reached(partition) === latest);
    expect(listener.texts(partition)).toEqual(seen);
    expect(listener.holes).toEqual([]);

    listener.seek(subscription, partition, 0n);
    await waitFor('the end again', () => listener.reached(partition) === latest);
    expect(listener.texts(partition)).toEqual([...seen, ...seen]);
    expect(listener.holes).toEqual([]);
  });

  test('hands over keys, values and headers byte for byte, nothing and empty apart', async () => {
    const topic = await createTopic('bytes', { partitions: 1 });
    const bytes = Buffer.from([0, 0xff, 0xc3, 0x28]);
    await using producer = await createProducer();
    await producer.send({
      topic,
      messages: [
        { key: bytes, value: bytes, headers: { binary: bytes, twice: ['a', 'b'] } },
        { key: null, value: null },
        { key: '', value: '' },
      ],
    });
    const { listener, subscription } = join([topic]);
    await using _ = subscription;
    await listener.joined(1);
    listener.seek(subscription, { topic, partition: 0 }, 0n);
    await waitFor('all', () => listener.messages({ topic, partition: 0 }).length === 3);
    expect(listener.messages({ topic, partition: 0 })).toEqual([
      {
        offset: 0n,
        key: bytes,
        value: bytes,
        headers: [
          ['binary', bytes],
          ['twice', Buffer.from('a')],
          ['twice', Buffer.from('b')],
        ],
      },
      { offset: 1n, key: null, value: null, headers: [] },
      { offset: 2n, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    ]);
  });

  test('waits for a topic that does not exist yet', async () => {
    const { listener, subscription, topic } = (() => {
      const name = `late.${randomUUID()}`;
      return { ...join([name]), topic: name };
    })();
    await using _ = subscription;
    await waitFor('trouble', () => listener.losses.length > 0);
    await using admin = await createAdmin();
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
    await listener.joined(3);
  });

  test('reads the topics that exist and names the others, and takes these in when they come', async () => {
    const [topic, later] = [await createTopic('there', { partitions: 1 }), `late.${randomUUID()}`];
    await using producer = await createProducer();
    const { listener, subscription } = join([later, topic], { by: subscriber({ topicCheckIntervalMs: 200 }) });
    await using _ = subscription;
    await listener.joined(1);
    expect(listener.missings).toEqual([[later]]);
    listener.seek(subscription, { topic, partition: 0 }, 0n);
    await producer.send({ topic, messages: messages(0, 3, 0) });
    await waitFor('what is there', () => listener.texts({ topic, partition: 0 }).length === 3);

    await using admin = await createAdmin();
    await admin.createTopics({ topics: [{ topic: later, numPartitions: 2 }], waitForLeaders: true });
    await listener.joined(3);
    expect(listener.missings.at(-1)).toEqual([]);
    listener.seek(subscription, { topic: later, partition: 1 }, 0n);
    await producer.send({ topic: later, messages: messages(0, 2, 1) });
    await waitFor('what came', () => listener.texts({ topic: later, partition: 1 }).length === 2);
    expect(listener.losses).toEqual([]);
  });

  test('goes on with the others when a topic is deleted, and takes it in again when it comes back', async () => {
    const [topic, other] = [
      await createTopic('stays', { partitions: 1 }),
      await createTopic('goes', { partitions: 1 }),
    ];
    await using producer = await createProducer();
    await using admin = await createAdmin();
    const { listener, subscription } = join([topic, other], { by: subscriber({ topicCheckIntervalMs: 200 }) });
    await using _ = subscription;
    await listener.joined(2);
    for (const name of [topic, other]) listener.seek(subscription, { topic: name, partition: 0 }, 0n);
    await admin.deleteTopics({ topics: [other] });
    await listener.joined(1);
    expect(listener.missings.at(-1)).toEqual([other]);
    listener.seek(subscription, { topic, partition: 0 }, 0n);
    await producer.send({ topic, messages: messages(0, 3, 0) });
    await waitFor('the rest', () => listener.texts({ topic, partition: 0 }).length >= 3);
    await admin.createTopics({ topics: [{ topic: other, numPartitions: 1 }], waitForLeaders: true });
    await listener.joined(2);
    expect(listener.missings.at(-1)).toEqual([]);
  });

  test('reads partitions that were added, in every member', async () => {
    const topic = await createTopic('grown', { partitions: 1 });
    await using producer = await createProducer();
    await using admin = await createAdmin();
    const timing = { topicCheckIntervalMs: 200 };
    const first = join([topic], { by: subscriber(timing) });
    await using _first = first.subscription;
    await first.listener.joined(1);
    const second = join([topic], { groupId: first.groupId, by: subscriber(timing) });
    await using _second = second.subscription;
    await waitFor('both', () => second.listener.assignments > 0);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
    await waitFor('four of them', () => {
      const owned = [...first.listener.owned, ...second.listener.owned];
      return owned.length === 4 && new Set(owned.map(({ partition }) => partition)).size === 4;
    });
    for (const { listener, subscription } of [first, second]) {
      for (const partition of listener.owned) listener.seek(subscription, partition, 0n);
    }
    await producer.send({ topic, messages: [0, 1, 2, 3].flatMap((partition) => messages(0, 2, partition)) });
    const arrived = () =>
      [first, second].flatMap(({ listener }) => listener.owned.flatMap((partition) => listener.texts(partition)));
    await waitFor('all', () => arrived().length === 8);
    expect([...first.listener.losses, ...second.listener.losses]).toEqual([]);
  });

  test.each([
    ['silence', 'keep silent are lost within the session'],
    ['cut', 'refuse connections are lost'],
  ] as const)('brokers that (%s) %s, and found again', async (how, _words) => {
    const topic = await createTopic('lost', { partitions: 1 });
    using path = networkPath(Number(testServers().kafkaBrokers[0]?.split(':').at(-1)));
    const { listener, subscription } = join([topic]);
    await using _ = subscription;
    await listener.joined(1);
    path[how]();
    // Whoever handles messages does not know of the loss yet, and asks for this and that at any moment.
    const seek = () => listener.seek(subscription, { topic, partition: 0 }, 0n);
    const seekUntil = (what: string, done: () => boolean) =>
      waitFor(what, () => (done() ? true : void seek()), { deadlineMs: 60_000 });
    await seekUntil('the loss', () => listener.losses.length > 0);
    path.mend();
    await seekUntil('the partition again', () => listener.assignments > 1);
    await using producer = await createProducer();
    await producer.send({ topic, messages: messages(0, 1, 0) });
    let sought = 0;
    await waitFor('the message', () => {
      if (sought !== listener.assignments) seek();
      sought = listener.assignments;
      return listener.messages({ topic, partition: 0 }).length > 0;
    });
  });

  test('who comes back does not wait for who it was, nor do the others', async () => {
    const topic = await createTopic('former', { partitions: 2 });
    const by = subscriber({ sessionTimeoutMs: 300_000, rebalanceTimeoutMs: 300_000 });
    using path = networkPath(Number(testServers().kafkaBrokers[0]?.split(':').at(-1)));
    const first = join([topic], { by });
    await using _first = first.subscription;
    await first.listener.joined(2);
    const second = join([topic], { groupId: first.groupId, by });
    await using _second = second.subscription;
    await Promise.all([first.listener.joined(1), second.listener.joined(1)]);
    for (const { listener, subscription } of [first, second]) {
      for (const partition of listener.owned) listener.seek(subscription, partition, 0n);
    }
    const before = [first, second].map(({ listener }) => listener.assignments);
    path.cut();
    await waitFor('the losses', () => [first, second].every(({ listener }) => listener.losses.length > 0));
    path.mend();
    await waitFor('both again', () =>
      [first, second].every(
        ({ listener }, n) => listener.assignments > (before[n] ?? 0) && listener.owned.length === 1,
      ),
    );
    await using admin = await createAdmin();
    expect((await admin.describeGroups([first.groupId])).groups[0]?.members).toHaveLength(2);
  });

  test('tells Kafka how far the group is', async () => {
    const topic = await createTopic('lag', { partitions: 1 });
    await using producer = await createProducer();
    await producer.send({ topic, messages: messages(0, 10, 0) });
    const { listener, subscription, groupId } = join([topic]);
    await using _ = subscription;
    await listener.joined(1);
    await subscription.commit([{ topic, partition: 0, offset: 4n }]);
    await using admin = await createAdmin();
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
    expect(committed?.partitions).toEqual([expect.objectContaining({ partition: 0, offset: '4' })]);
  });

  test('close leaves the group at once, and works while it is still joining', async () => {
    const topic = await createTopic('close', { partitions: 2 });
    const early = join([topic]);
    await early.subscription.close();
    const first = join([topic], { groupId: early.groupId });
    await first.listener.joined(2);
    await first.subscription.close();
    const began = performance.now();
    const next = join([topic], { groupId: early.groupId });
    await using _ = next.subscription;
    await next.listener.joined(2);
    // A member that had not left would have held its partitions for the session timeout of six seconds.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
