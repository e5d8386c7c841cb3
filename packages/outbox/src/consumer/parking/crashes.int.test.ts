import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../../admin/create-admin.ts';
import { type ConsumingTest, consumingTest, range } from '../../testing/fixtures/consumer/consuming.ts';
import { effects, recordEffect } from '../../testing/fixtures/consumer/effects.ts';
import { inGroupOfItsOwn, SUBSCRIBERS } from '../../testing/fixtures/kafka/subscribers.ts';
import type { ConsumerProcessOptions } from '../../testing/fixtures/processes/consumer-process.ts';
import { spawnConsumer } from '../../testing/fixtures/processes/spawn-consumer.ts';

jest.setTimeout(300_000);

const parkedOf = ({ database }: ConsumingTest) => createAdmin(database.pool).consumers.parked();

describe.each(SUBSCRIBERS)('an event that kills its consumer, on $client', ({ client, subscriber }) => {
  const spawned = (test: ConsumingTest, fault: Pick<ConsumerProcessOptions, 'dieAt' | 'away'>) =>
    spawnConsumer({
      client,
      databaseUrl: test.database.url,
      topic: test.topic,
      groupId: test.groupId,
      worker: 'victim',
      alone: true,
      ...fault,
    });
  /** Consumers one after the other, until one lives to the end. How many died. */
  const untilOneLives = async (test: ConsumingTest, dieAt: number, ended: () => Promise<boolean>): Promise<number> => {
    const end = waitFor('the end', ended, { deadlineMs: 120_000 }).then(() => 'alive' as const);
    for (let died = 0; ; died += 1) {
      await using victim = spawned(test, { dieAt });
      const outcome = await Promise.race([victim.ended, end]);
      if (outcome === 'alive') return died;
      expect(outcome).toBe('SIGKILL');
    }
  };

  test('is parked when it has killed three in its midst; no other event is, in whatever partition', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    // Both partitions are full of events; one of them kills.
    await test.send(range(0, 120).map((n) => ({ n, key: `k${n % 6}`, partition: n % 2 })));
    const ended = async () => {
      const positions = await test.positions();
      return positions[0] === 60 && positions[1] === 60;
    };
    const died = await untilOneLives(test, 50, ended);
    expect(died).toBeGreaterThanOrEqual(3);
    // A batch of several may kill as often as it takes to come so near that none of it commits.
    expect(died).toBeLessThanOrEqual(7);
    expect(await parkedOf(test)).toMatchObject([
      {
        key: 'k2',
        firstOffset: '25',
        code: 'HANDLER_CRASHED',
        attempts: 3,
        reason: expect.stringContaining('3 times'),
      },
    ]);
    const done = await effects(test.database.pool);
    for (const key of range(0, 6)) {
      const expected = range(0, 120).filter((n) => n % 6 === key && (key !== 2 || n < 50));
      expect(done.filter((effect) => effect.key === `k${key}`).map(({ n }) => n)).toEqual(expected);
    }

    // It kills in a redrive as well, until that is taken back; what is right with it then is handled in order.
    await createAdmin(test.database.pool).consumers.redrive();
    const diedAgain = await untilOneLives(test, 50, async () => (await parkedOf(test))[0]?.redrive === false);
    expect(diedAgain).toBe(3);
    expect(await parkedOf(test)).toMatchObject([{ code: 'HANDLER_CRASHED', firstOffset: '25', messages: 12 }]);
    await createAdmin(test.database.pool).consumers.redrive();
    await test.start({ subscriber: inGroupOfItsOwn(subscriber()), handlers: [recordEffect(test.topic)] });
    await waitFor('the end', async () => (await parkedOf(test)).length === 0);
    const all = await effects(test.database.pool);
    expect(all.filter(({ key }) => key === 'k2').map(({ n }) => n)).toEqual(range(0, 20).map((k) => 6 * k + 2));
  });

  test('is another one than an event that waits to be tried again when the process is killed, in a redrive too', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([{ n: 0, key: 'innocent' }]);
    /** So many lives, each killed once the handler has thrown. */
    const killedWhileItWaits = async (lives: number): Promise<void> => {
      for (let life = 0; life < lives; life += 1) {
        await using victim = spawned(test, { away: 0 });
        expect(await victim.says('problem')).toEqual({ problem: 'message', message: '0 has to wait' });
      }
    };
    // The first is not in doubt yet; then it would take three.
    await killedWhileItWaits(5);
    expect(await parkedOf(test)).toEqual([]);

    const refusing = await test.start({
      subscriber: inGroupOfItsOwn(subscriber()),
      retry: { attempts: 1 },
      handlers: [
        recordEffect(test.topic, {
          before: () => {
            throw new Error('refused');
          },
        }),
      ],
    });
    await waitFor('it to be parked', async () => (await parkedOf(test))[0]?.reason === 'refused');
    await refusing.stop();
    await createAdmin(test.database.pool).consumers.redrive();
    await killedWhileItWaits(4);
    expect(await parkedOf(test)).toMatchObject([{ reason: 'refused', redrive: true }]);
    await test.start({ subscriber: inGroupOfItsOwn(subscriber()), handlers: [recordEffect(test.topic)] });
    await waitFor('the end', async () => (await parkedOf(test)).length === 0);
    expect((await effects(test.database.pool)).map(({ n }) => n)).toEqual([0]);
  });

  test('is not suspected by a successor of one that left in peace, however often', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([{ n: 0 }, { n: 1 }]);
    let tries = 0;
    for (let round = 0; round < 5; round += 1) {
      const before = tries;
      const consumer = await test.start({
        subscriber: inGroupOfItsOwn(subscriber()),
        handlers: [
          recordEffect(test.topic, {
            before: () => {
              tries += 1;
              throw new Error('not yet');
            },
          }),
        ],
      });
      await waitFor('a try', () => tries > before);
      await consumer.stop();
    }
    expect(await parkedOf(test)).toEqual([]);
    const { rows } = await test.database.pool.query('SELECT owner, crashes, tried_at FROM outbox.consumer_doubt');
    // Nothing was written but who came and went.
    expect(rows).toEqual([{ owner: null, crashes: 0, tried_at: null }]);
  });
});
