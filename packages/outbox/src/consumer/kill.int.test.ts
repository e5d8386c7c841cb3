import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { crashMatrix } from '../testing/crash/crash-matrix.ts';
import { FAILPOINTS } from '../testing/failpoints.ts';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, effects } from '../testing/fixtures/consumer/effects.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { consumerProgram, spawnConsumer } from '../testing/fixtures/processes/spawn-consumer.ts';
import { oneAfterTheOther } from '../testing/history/history.ts';

jest.setTimeout(120_000);

const { consumerClaiming, consumerClaimed, consumerHandled, consumerCommitted } = FAILPOINTS;

/** Between reading and the transaction, claim and handlers, handlers and COMMIT, COMMIT and remembering it. */
const BETWEEN_STEPS = [consumerClaiming, consumerClaimed, consumerHandled, consumerCommitted];

describe.each(SUBSCRIBERS)('SIGKILL of a consumer on $client', ({ client, subscriber }) => {
  test.each(BETWEEN_STEPS)(
    'at %s: every effect exists once, in order, and its successor needs no help',
    async (failpoint) => {
      const workers: (string | null)[] = [];
      const results = await crashMatrix({
        failpoints: [failpoint],
        hits: [3],
        async begin() {
          const test = await consumingTest(subscriber);
          const { topic, groupId, database } = test;
          const time = new Date().toISOString();
          const sent = range(0, 60).map((n) => ({ n, id: randomUUID(), topic, key: 'k', time }));
          await test.send(sent);
          // Again, as from a relay that was killed.
          await test.send(sent);
          return {
            ...consumerProgram({
              ...{ client, databaseUrl: database.url, topic, groupId },
              ...{ alone: true, maxBatchSize: 8, until: 120 },
            }),
            async history() {
              const handled = await effects(database.pool);
              workers.push(...handled.map(({ worker }) => worker));
              return { ...oneAfterTheOther(sent), handled };
            },
            [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
          };
        },
      });
      expect(results).toEqual([{ failpoint, hit: 3, found: [] }]);
      // It died at its third batch, of eight at the most: after a slow one the next is smaller.
      const committed = workers.filter((worker) => worker === workers[0]).length;
      const batches = failpoint === consumerCommitted ? 3 : 2;
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
