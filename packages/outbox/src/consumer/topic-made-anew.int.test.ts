import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../admin/create-admin.ts';
import { type ConsumingTest, consumingTest } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { createAdmin as createKafkaAdmin } from '../testing/fixtures/kafka/clients.ts';
import { inGroupOfItsOwn, SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';

jest.setTimeout(120_000);

async function makeAnew(topic: string): Promise<void> {
  await using kafka = await createKafkaAdmin();
  await kafka.deleteTopics({ topics: [topic] });
  // It is gone some time after that was answered.
  await waitFor('the topic to be made anew', () =>
    kafka.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true }).catch(() => false),
  );
}

const parkedOf = ({ database }: ConsumingTest) => createAdmin(database.pool).consumers.parked();

describe.each(SUBSCRIBERS)('a topic that is made anew, on $client', ({ subscriber }) => {
  test('brings another message at the offset of a parked one: it waits for that one, and is not lost', async () => {
    await using test = await consumingTest(() => inGroupOfItsOwn(subscriber()));
    let broken = true;
    const options = {
      outOfRange: 'earliest' as const,
      retry: { firstMs: 20, maxMs: 50, attempts: 1 },
      handlers: [
        recordEffect(test.topic, {
          before: () => {
            if (broken) throw new Error('a bug');
          },
        }),
      ],
    };
    await test.send([{ n: 0 }, { n: 1 }]);
    const before = await test.start(options);
    await waitFor('both to be parked', async () => (await parkedOf(test))[0]?.messages === 2);
    await before.stop();
    await makeAnew(test.topic);
    await test.send([{ n: 100 }]);
    const after = await test.start(options);
    await waitFor('it to stand', () => after.status().partitions[0]?.state === 'failing');
    await waitFor('it to be told', () =>
      test.problems.some(({ error }) => 'code' in error && error.code === 'PARKED_OFFSET_TAKEN'),
    );
    expect(await parkedOf(test)).toMatchObject([{ messages: 2, firstOffset: '0' }]);
    expect(await test.positions()).toEqual({ 0: 0 });
    broken = false;
    await createAdmin(test.database.pool).consumers.redrive();
    await waitFor('the end', async () => (await test.positions())[0] === 1);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1, 100]);
  });
});

// kafkajs is not told the id of a topic.
const TOLD = SUBSCRIBERS.filter(({ client }) => client === 'platformatic');

describe.each(TOLD)('a longer topic that is made anew, on $client', ({ subscriber }) => {
  test('is another one: nothing of it is passed over', async () => {
    await using test = await consumingTest(() => inGroupOfItsOwn(subscriber()));
    const handlers = [recordEffect(test.topic)];
    await test.send([{ n: 0 }, { n: 1 }]);
    const before = await test.start({ handlers });
    await waitFor('both', async () => (await test.positions())[0] === 2);
    await before.stop();
    await makeAnew(test.topic);
    await test.send([{ n: 100 }, { n: 101 }, { n: 102 }]);
    const after = await test.start({ handlers });
    await waitFor('it to be told', () => test.problems.some(({ kind }) => kind === 'position'));
    expect(test.problems.at(-1)?.error.message).toMatch(/stands at offset 2 .* made anew/);
    await after.stop();
    expect(await test.positions()).toEqual({ 0: 2 });

    await test.start({ handlers, outOfRange: 'earliest' });
    await waitFor('the end', async () => (await test.positions())[0] === 3);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1, 100, 101, 102]);
  });
});
