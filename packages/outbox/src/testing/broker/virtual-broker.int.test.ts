import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createConsumer } from '../../consumer/create-consumer.ts';
import type { EventHandler } from '../../consumer/on.ts';
import { on } from '../../consumer/on.ts';
import { createRelay } from '../../relay/create-relay.ts';
import { createOutbox } from '../../writer/create-outbox.ts';
import { counted, effectDatabase, effects, recordEffect } from '../fixtures/consumer/effects.ts';
import type { OutboxDatabase } from '../fixtures/outbox/database.ts';
import { openTransaction } from '../fixtures/outbox/transactions.ts';
import { checkHistory } from '../history/check-history.ts';
import { committedIn } from '../history/committed-in.ts';
import { oneAfterTheOther } from '../history/history.ts';
import { play } from './play.ts';
import { type VirtualBroker, virtualBroker } from './virtual-broker.ts';

jest.setTimeout(60_000);

const TOPIC = 't';
const Counted = counted(TOPIC);
const KEYS = ['a', 'b', 'c', 'd'];

function consumerOn({ pool }: OutboxDatabase, broker: VirtualBroker, handlers: EventHandler[] = [recordEffect(TOPIC)]) {
  return createConsumer({
    db: pool,
    subscriber: broker.subscriber,
    groupId: 'g',
    handlers,
    retry: { attempts: 2, firstMs: 1, maxMs: 5 },
  });
}

/** Sends events, each key's numbered from 0, and answers what was sent. */
async function sendCounted(broker: VirtualBroker, count: number) {
  const sent: { id: string; topic: string; key: string }[] = [];
  for (let n = 0; n < count; n += 1) {
    const key = KEYS[n % KEYS.length] as string;
    const { id } = await broker.send(Counted, { key, n: Math.floor(n / KEYS.length) });
    sent.push({ id, topic: TOPIC, key });
  }
  return sent;
}

describe('a consumer on a virtual broker', () => {
  test.each([1, 2, 3])(
    'handles each event once, in the order of its key, whatever comes again (seed %i)',
    async (seed) => {
      await using database = await effectDatabase();
      const broker = virtualBroker({ seed, copies: 0.5 });
      await using one = consumerOn(database, broker);
      await using two = consumerOn(database, broker);
      await Promise.all([one.start(), two.start()]);
      const sent = await sendCounted(broker, 40);
      const steps = await play(broker, [one, two]);
      expect(steps.filter(({ kind }) => kind === 'copied').length).toBeGreaterThan(5);
      expect(checkHistory({ ...oneAfterTheOther(sent), handled: await effects(database.pool) })).toEqual([]);
    },
  );

  test('handles what was held when it is released, after all others', async () => {
    await using database = await effectDatabase();
    const broker = virtualBroker({ seed: 1 });
    await using consumer = consumerOn(database, broker);
    await consumer.start();
    broker.hold({ topic: TOPIC, key: 'b' });
    await sendCounted(broker, 12);
    await play(broker, [consumer]);
    expect(
      (await effects(database.pool))
        .map(({ key }) => key)
        .toSorted()
        .join(''),
    ).toBe('aaacccddd');
    broker.release({ topic: TOPIC, key: 'b' });
    await play(broker, [consumer]);
    expect((await effects(database.pool)).slice(9).map(({ key, n }) => `${key}${n}`)).toEqual(['b0', 'b1', 'b2']);
  });

  test('parks a key that fails, and play ends all the same', async () => {
    await using database = await effectDatabase();
    const broker = virtualBroker({ seed: 1, copies: 0 });
    const refuses = recordEffect(TOPIC, {
      before: (n, _, { key }) => {
        if (key === 'c' && n === 1) throw new Error('refused');
      },
    });
    await using consumer = consumerOn(database, broker, [refuses]);
    await consumer.start();
    const sent = await sendCounted(broker, 12);
    await play(broker, [consumer]);
    const history = { ...oneAfterTheOther(sent), handled: await effects(database.pool) };
    const parked = sent.filter(({ key }) => key === 'c').slice(1);
    expect(checkHistory(history).map(({ kind, id }) => ({ kind, id }))).toEqual(
      parked.map(({ id }) => ({ kind: 'lost', id })),
    );
  });

  test('that does not catch up is told of, and so is one that was never started', async () => {
    await using database = await effectDatabase();
    const broker = virtualBroker({ seed: 1, partitions: 1 });
    await expect(play(broker, [])).rejects.toThrow('nobody has subscribed');
    const never = on(
      Counted,
      (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    );
    await using consumer = consumerOn(database, broker, [never]);
    await consumer.start();
    await sendCounted(broker, 1);
    await expect(play(broker, [consumer], { deadlineMs: 500 })).rejects.toThrow(/t\/0 is at \S+( position)? of 1/);
  });
});

test('a relay on a virtual broker publishes what is committed, again when answers are lost, and a consumer handles it once', async () => {
  await using database = await effectDatabase();
  const { pool } = database;
  const broker = virtualBroker({ seed: 1, copies: 0 });
  broker.loseAnswers(2);
  await using relay = createRelay({ db: pool, publisher: broker.publisher, retry: { firstMs: 5, maxMs: 20 } });
  await relay.start();
  await using consumer = consumerOn(database, broker);
  await consumer.start();
  const outbox = createOutbox({ source: '/test' });
  for (let n = 0; n < 10; n += 1) {
    for (const end of ['COMMIT', 'ROLLBACK'] as const) {
      await using tx = await openTransaction(pool);
      await outbox.writeMany(
        tx.client,
        Counted,
        KEYS.map((key) => ({ data: { key, n } })),
      );
      await tx.end(end);
    }
  }
  const committed = oneAfterTheOther(await committedIn(pool));
  const ids = new Set(committed.written.map(({ id }) => id));
  expect(ids.size).toBe(40);
  await waitFor('the relay', async () => {
    await play(broker, [consumer]);
    return new Set((await effects(pool)).map(({ id }) => id)).size >= ids.size;
  });
  const arrived = broker.arrived(TOPIC);
  expect(arrived.length).toBeGreaterThan(ids.size);
  expect(checkHistory({ ...committed, arrived, handled: await effects(pool) })).toEqual([]);
});
