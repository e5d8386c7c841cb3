import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../../admin/create-admin.ts';
import { type ConsumingTest, consumingTest, range } from '../../testing/fixtures/consumer/consuming.ts';
import { effects, recordEffect } from '../../testing/fixtures/consumer/effects.ts';
import { inGroupOfItsOwn, SUBSCRIBERS } from '../../testing/fixtures/kafka/subscribers.ts';
import { openTransaction } from '../../testing/fixtures/outbox/transactions.ts';
import { spawnConsumer } from '../../testing/fixtures/processes/spawn-consumer.ts';
import { checkHistory } from '../../testing/history/check-history.ts';
import { oneAfterTheOther } from '../../testing/history/history.ts';
import type { RetryPolicy } from './policy.ts';

jest.setTimeout(120_000);

const ONCE: RetryPolicy = { firstMs: 20, maxMs: 50, attempts: 1 };

const numbersOf = async ({ database }: ConsumingTest, key: string): Promise<number[]> =>
  (await effects(database.pool)).filter((effect) => effect.key === key).map(({ n }) => n);

const parkedOf = ({ database, groupId }: ConsumingTest) => createAdmin(database.pool).consumers.parked({ groupId });

const remembered = async ({ database }: ConsumingTest): Promise<number> =>
  (await database.pool.query('SELECT count(*)::int AS n FROM outbox.inbox')).rows[0].n;

const consumerRefusing = (test: ConsumingTest, refused: (n: number) => boolean, maxBatchSize = 500) =>
  test.start({
    maxBatchSize,
    retry: ONCE,
    handlers: [
      recordEffect(test.topic, {
        before: (n) => {
          if (refused(n)) throw new Error(`${n} is refused`);
        },
      }),
    ],
  });

describe.each(SUBSCRIBERS)('a redrive, on $client', ({ client, subscriber }) => {
  test('handles what is parked in order while new messages of the key arrive, and none of them overtakes', async () => {
    await using test = await consumingTest(subscriber);
    let broken = true;
    const numbers = range(0, 600);
    const send = (from: number, to: number) =>
      test.send(range(from, to).map((n) => ({ n, key: n % 2 === 0 ? 'a' : 'b' })));
    await send(0, 300);
    const consumer = await consumerRefusing(test, (n) => broken && n === 20, 20);
    await waitFor('the end', async () => (await test.positions())[0] === 300);
    expect(await numbersOf(test, 'a')).toEqual(range(0, 10).map((n) => 2 * n));
    expect(await parkedOf(test)).toMatchObject([{ key: 'a', messages: 140 }]);

    // Too early: the same message fails again, and nothing behind it is handled.
    const admin = createAdmin(test.database.pool);
    expect(await admin.consumers.redrive({ topic: test.topic, key: 'b' })).toEqual([]);
    expect(await admin.consumers.redrive({ topic: test.topic, key: 'a' })).toEqual([
      { groupId: test.groupId, topic: test.topic, partition: 0, key: 'a', keyBase64: null },
    ]);
    await waitFor('it to be refused again', async () => (await parkedOf(test))[0]?.redrive === false);
    expect(await parkedOf(test)).toMatchObject([{ reason: '20 is refused', messages: 140, firstOffset: '20' }]);
    expect((await numbersOf(test, 'a')).length).toBe(10);

    broken = false;
    await admin.consumers.redrive();
    for (let from = 300; from < 600; from += 50) await send(from, from + 50);
    await waitFor('the end', async () => (await test.positions())[0] === 600 && (await parkedOf(test)).length === 0);
    expect(await numbersOf(test, 'a')).toEqual(numbers.filter((n) => n % 2 === 0));
    expect(await numbersOf(test, 'b')).toEqual(numbers.filter((n) => n % 2 === 1));
    await waitFor('the count', () => consumer.status().partitions[0]?.parkedKeys === 0);
    const { rows } = await test.database.pool.query('SELECT parked FROM outbox.consumer_position');
    expect(rows).toEqual([{ parked: false }]);
    expect(await remembered(test)).toBe(600);
  });

  test('lets a key wait whose message needs something that is away, tells so, and goes on with other keys', async () => {
    await using test = await consumingTest(subscriber);
    let fault: 'bug' | 'away' | null = 'bug';
    await test.send(range(0, 6).map((n) => ({ n, key: `k${n % 3}` })));
    await test.start({
      retry: { ...ONCE, judge: ({ message }) => (message === 'away' ? 'wait' : 'park') },
      handlers: [
        recordEffect(test.topic, {
          before: (n) => {
            if (fault === 'bug' || (fault === 'away' && n % 3 === 0)) throw new Error(fault);
          },
        }),
      ],
    });
    await waitFor('all to be parked', async () => (await parkedOf(test)).length === 3);
    fault = 'away';
    const admin = createAdmin(test.database.pool);
    // The key that waits is the one parked longest.
    await admin.consumers.redrive({ key: 'k0' });
    await waitFor('it to wait', () =>
      test.problems.some(({ kind, error }) => kind === 'message' && error.message === 'away'),
    );
    await admin.consumers.redrive();
    await waitFor('the others', async () => (await parkedOf(test)).length === 1);
    expect(await parkedOf(test)).toMatchObject([{ key: 'k0', redrive: true, reason: 'bug', messages: 2 }]);
    expect(await numbersOf(test, 'k1')).toEqual([1, 4]);
    expect(await numbersOf(test, 'k2')).toEqual([2, 5]);
    fault = null;
    await waitFor('the end', async () => (await parkedOf(test)).length === 0);
    expect(await numbersOf(test, 'k0')).toEqual([0, 3]);
  });

  test('stops at the next message that fails, with those before it done', async () => {
    await using test = await consumingTest(subscriber);
    const refused = new Set([0, 37]);
    await test.send(range(0, 60).map((n) => ({ n })));
    await consumerRefusing(test, (n) => refused.has(n));
    await waitFor('all to be parked', async () => (await test.positions())[0] === 60);
    refused.delete(0);
    await createAdmin(test.database.pool).consumers.redrive();
    await waitFor('it to stop', async () => (await parkedOf(test))[0]?.redrive === false);
    expect(await parkedOf(test)).toMatchObject([{ firstOffset: '37', messages: 23, reason: '37 is refused' }]);
    expect(await numbersOf(test, 'k')).toEqual(range(0, 37));
    refused.clear();
    await createAdmin(test.database.pool).consumers.redrive();
    await waitFor('the end', async () => (await parkedOf(test)).length === 0);
    expect(await numbersOf(test, 'k')).toEqual(range(0, 60));
  });

  test('passes over what was discarded, and so does whoever meets a copy of it', async () => {
    await using test = await consumingTest(subscriber);
    const admin = createAdmin(test.database.pool);
    const poison = { n: 1, id: randomUUID(), time: new Date().toISOString() };
    const where = { groupId: test.groupId, topic: test.topic, key: 'k' };
    await test.send([{ n: 0 }, poison, { n: 2 }, { n: 3 }, { n: 4, data: 'no JSON' }, { n: 5 }]);
    let refuse = true;
    await consumerRefusing(test, (n) => refuse && n === 1);
    await waitFor('it to be parked', async () => (await test.positions())[0] === 6);
    expect(await admin.consumers.discard({ ...where, offset: '77' })).toEqual([]);
    expect(await admin.consumers.discard({ ...where, offset: '1' })).toEqual([{ partition: 0, offset: '1' }]);
    expect(await admin.consumers.discard({ ...where, offset: '1' })).toEqual([]);
    expect(await parkedOf(test)).toMatchObject([{ messages: 5, discarded: 1, firstOffset: '2' }]);
    await admin.consumers.redrive(where);
    await waitFor('the next that fails', async () => (await parkedOf(test))[0]?.firstOffset === '4');
    await waitFor('it to be told', async () => (await parkedOf(test))[0]?.redrive === false);
    expect(await numbersOf(test, 'k')).toEqual([0, 2, 3]);
    expect(await parkedOf(test)).toMatchObject([{ code: 'EVENT_DATA_INVALID', messages: 2 }]);
    // All that is left of it.
    expect(await admin.consumers.discard(where)).toHaveLength(2);
    await admin.consumers.redrive(where);
    await waitFor('the end', async () => (await parkedOf(test)).length === 0);

    refuse = false;
    await test.send([poison, { n: 6 }]);
    await waitFor('the copy to be passed', async () => (await test.positions())[0] === 8);
    expect(await numbersOf(test, 'k')).toEqual([0, 2, 3, 6]);
  });

  test('holds what it works on: who discards it waits, and learns that it was handled', async () => {
    await using test = await consumingTest(subscriber);
    const admin = createAdmin(test.database.pool);
    const atWork = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let broken = true;
    await test.send([{ n: 0 }]);
    await test.start({
      retry: ONCE,
      handlers: [
        recordEffect(test.topic, {
          before: async () => {
            if (broken) throw new Error('not yet');
            atWork.resolve();
            await goOn.promise;
          },
        }),
      ],
    });
    await waitFor('it to be parked', async () => (await parkedOf(test)).length === 1);
    broken = false;
    await admin.consumers.redrive();
    await atWork.promise;
    const discarded = admin.consumers.discard({ groupId: test.groupId, topic: test.topic, key: 'k' });
    await waitFor('it to wait', async () => {
      const { rows } = await test.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length === 1;
    });
    goOn.resolve();
    expect(await discarded).toEqual([]);
    expect(await numbersOf(test, 'k')).toEqual([0]);
  });

  test('waits while another owner of the partition is at work, and meanwhile nothing of the key is handled', async () => {
    await using test = await consumingTest(subscriber);
    let broken = true;
    await test.send([{ n: 0 }, { n: 1 }]);
    const consumer = await consumerRefusing(test, (n) => broken && n === 0);
    await waitFor('both to be parked', async () => (await test.positions())[0] === 2);
    await waitFor('the count', () => consumer.status().partitions[0]?.parkedKeys === 1);
    broken = false;
    {
      // As a batch or a redrive of a consumer that still believes it owns the partition.
      await using other = await openTransaction(test.database.pool);
      await other.client.query('SELECT FROM outbox.consumer_position FOR UPDATE');
      await createAdmin(test.database.pool).consumers.redrive();
      await test.send([{ n: 2 }]);
      await waitFor('the message', () => consumer.status().partitions[0]?.buffered === 1);
      expect(await numbersOf(test, 'k')).toEqual([]);
      await other.end('ROLLBACK');
    }
    await waitFor('the end', async () => (await parkedOf(test)).length === 0 && (await test.positions())[0] === 3);
    expect(await numbersOf(test, 'k')).toEqual([0, 1, 2]);
  });

  test('and the parking before it survive SIGKILL at every step: each effect once, in order', async () => {
    await using test = await consumingTest(subscriber);
    const sent = range(0, 60).map((n) => ({
      n,
      topic: test.topic,
      key: n % 2 === 0 ? 'a' : 'b',
      id: randomUUID(),
      time: new Date().toISOString(),
    }));
    const killedAt = async (failpoint: string, refuse?: number): Promise<void> => {
      const options = { client, databaseUrl: test.database.url, topic: test.topic, groupId: test.groupId };
      await using victim = spawnConsumer(
        { ...options, worker: failpoint, alone: true, maxBatchSize: 8, ...(refuse === undefined ? {} : { refuse }) },
        { BEZEL_FAILPOINTS: failpoint },
      );
      expect(await victim.ended).toBe('SIGKILL');
    };
    const finish = async (refuse: number | null, ended: () => Promise<boolean>): Promise<void> => {
      const consumer = await test.start({
        subscriber: inGroupOfItsOwn(subscriber()),
        maxBatchSize: 8,
        retry: ONCE,
        handlers: [
          recordEffect(test.topic, {
            before: (n) => {
              if (n === refuse) throw new Error('refused');
            },
          }),
        ],
      });
      await waitFor('the end', ended, { deadlineMs: 60_000 });
      await consumer.stop();
    };

    await test.send(sent);
    // With the message that is to be parked, then with the first that follows it.
    await killedAt('consumer.parking=kill', 10);
    expect(await parkedOf(test)).toEqual([]);
    await killedAt('consumer.parking=kill@2', 10);
    expect(await parkedOf(test)).toMatchObject([{ key: 'a', messages: 1, firstOffset: '10' }]);
    // And copies of everything, as from a relay that was killed.
    await test.send(sent);
    await finish(10, async () => (await test.positions())[0] === 120);
    expect(await numbersOf(test, 'a')).toEqual([0, 2, 4, 6, 8]);
    expect(await parkedOf(test)).toMatchObject([{ messages: 55 }]);

    await createAdmin(test.database.pool).consumers.redrive();
    await killedAt('consumer.redriving=kill');
    await killedAt('consumer.handled=kill');
    expect(await parkedOf(test)).toMatchObject([{ messages: 55, redrive: true }]);
    // Two died of it, as far as anybody can tell: the third goes a message at a time.
    await killedAt('consumer.committed=kill');
    expect(await parkedOf(test)).toMatchObject([{ messages: 54, redrive: true }]);
    await finish(null, async () => (await parkedOf(test)).length === 0);
    expect(checkHistory({ ...oneAfterTheOther(sent), handled: await effects(test.database.pool) })).toEqual([]);
  });
});
