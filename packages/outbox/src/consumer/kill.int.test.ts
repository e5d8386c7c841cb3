import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { inGroupOfItsOwn, SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { spawnConsumer } from '../testing/fixtures/processes/spawn-consumer.ts';

jest.setTimeout(120_000);

describe.each(SUBSCRIBERS)('SIGKILL of a consumer on $client', ({ client, subscriber }) => {
  // Between reading and the transaction, between claim and handlers, handlers and COMMIT, COMMIT and remembering it.
  test.each(['consumer.claiming', 'consumer.claimed', 'consumer.handled', 'consumer.committed'])(
    'at %s: every effect exists once, in order, and its successor needs no help',
    async (failpoint) => {
      await using test = await consumingTest(subscriber);
      const ids = range(0, 60).map(() => randomUUID());
      const time = new Date().toISOString();
      await test.send(range(0, 60).map((n) => ({ n, id: String(ids[n]), time })));
      const options = {
        client,
        databaseUrl: test.database.url,
        topic: test.topic,
        groupId: test.groupId,
        maxBatchSize: 8,
      };
      await using victim = spawnConsumer({ ...options, worker: 'victim' }, { BEZEL_FAILPOINTS: `${failpoint}=kill@3` });
      expect(await victim.ended).toBe('SIGKILL');
      // What was sent again by a relay that was killed, too.
      await test.send(range(0, 60).map((n) => ({ n, id: String(ids[n]), time })));
      await test.start({
        subscriber: inGroupOfItsOwn(subscriber()),
        handlers: [recordEffect(test.topic, { worker: 'successor' })],
      });
      await waitFor('the end', async () => (await test.positions())[0] === 120, { deadlineMs: 60_000 });

      const done = await effects(test.database.pool);
      expect(done.map(({ n }) => n)).toEqual(range(0, 60));
      // It died at its third batch, of eight at the most: after a slow one the next is smaller.
      const committed = done.filter(({ worker }) => worker === 'victim').length;
      const batches = failpoint === 'consumer.committed' ? 3 : 2;
      expect(committed).toBeGreaterThanOrEqual(batches);
      expect(committed).toBeLessThanOrEqual(8 * batches);
    },
  );

  test('a consumer that forgets its inbox and its position is seen by the effects', async () => {
    await using test = await consumingTest(subscriber);
    await test.send(range(0, 5).map((n) => ({ n })));
    await using broken = spawnConsumer(
      { client, databaseUrl: test.database.url, topic: test.topic, groupId: test.groupId, worker: 'broken' },
      { BEZEL_FAILPOINTS: 'consumer.forgets-inbox=break' },
    );
    await broken.says('started');
    await waitFor('the end', async () => (await test.positions())[0] === 5);
    expect(await effectNumbers(test.database.pool)).toEqual([...range(0, 5), ...range(0, 5)]);
  });
});
