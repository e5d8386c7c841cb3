import { randomUUID } from 'node:crypto';
import { createTopic, testServers, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { Consumer } from '@platformatic/kafka';
import { createAdmin } from '../testing/fixtures/kafka/clients.ts';
import { RecordingListener } from '../testing/fixtures/kafka/recording-listener.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';

jest.setTimeout(60_000);

test('who stays in a group on platformatic keeps what it has, but for what others lack', async () => {
  const topic = await createTopic('sticky', { partitions: 6 });
  const groupId = randomUUID();
  await using stack = new AsyncDisposableStack();
  const join = () => {
    const listener = new RecordingListener();
    const subscriber = SUBSCRIBERS.find(({ client }) => client === 'platformatic')?.subscriber();
    const subscription = subscriber?.subscribe({ groupId, topics: [topic], listener });
    stack.defer(() => subscription?.close());
    return { listener, leave: () => subscription?.close() };
  };
  const owned = ({ listener }: { listener: RecordingListener }) =>
    listener.owned.map(({ partition }) => partition).toSorted();
  const settled = (members: readonly { listener: RecordingListener }[], each: number) =>
    waitFor(`${each} for each`, () => {
      const all = members.flatMap(owned);
      return members.every((member) => owned(member).length === each) && new Set(all).size === 6 && all.length === 6;
    });

  const first = join();
  await settled([first], 6);
  const second = join();
  await settled([first, second], 3);
  const [firstHad, secondHad] = [owned(first), owned(second)];
  const third = join();
  await settled([first, second, third], 2);
  expect(firstHad).toEqual(expect.arrayContaining(owned(first)));
  expect(secondHad).toEqual(expect.arrayContaining(owned(second)));
  const [firstHas, secondHas] = [owned(first), owned(second)];
  await third.leave();
  await settled([first, second], 3);
  expect(owned(first)).toEqual(expect.arrayContaining(firstHas));
  expect(owned(second)).toEqual(expect.arrayContaining(secondHas));

  await using admin = await createAdmin();
  expect((await admin.describeGroups([groupId])).groups[0]?.protocol).toBe('cooperative-sticky');
  expect([first, second, third].flatMap(({ listener }) => listener.losses)).toEqual([]);
});

test('a group with a member of an older version keeps to its protocol until that one is gone', async () => {
  const topic = await createTopic('older', { partitions: 2 });
  const groupId = randomUUID();
  const older = new Consumer({
    clientId: 'older',
    groupId,
    bootstrapBrokers: [...testServers().kafkaBrokers],
    protocols: [{ name: 'roundrobin', version: 1 }],
    sessionTimeout: 6_000,
    heartbeatInterval: 200,
  });
  older.topics.trackAll(topic);
  await older.joinGroup({});
  const listener = new RecordingListener();
  const subscriber = SUBSCRIBERS.find(({ client }) => client === 'platformatic')?.subscriber();
  const subscription = subscriber?.subscribe({ groupId, topics: [topic], listener });
  await using admin = await createAdmin();
  const protocol = async () => (await admin.describeGroups([groupId])).groups[0]?.protocol;
  try {
    await listener.joined(1);
    expect(await protocol()).toBe('roundrobin');
    await older.close(true);
    await listener.joined(2);
    expect(await protocol()).toBe('cooperative-sticky');
    expect(listener.losses).toEqual([]);
  } finally {
    await subscription?.close();
    await older.close(true);
  }
});
