import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../admin/create-admin.ts';
import { createRetention } from '../retention/create-retention.ts';
import type { InboxSlotOutcome } from '../retention/status.ts';
import { type ConsumingTest, consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';

jest.setTimeout(120_000);

const DAY_MS = 86_400_000;
const now = Date.now();

/** The n-th event, written so many days ago; with a key of its own. */
const daysAgo = (n: number, days: number, more: { id?: string; partition?: number } = {}) => ({
  n,
  key: `k${n}`,
  id: `id ${n}`,
  time: new Date(now - days * DAY_MS).toISOString(),
  ...more,
});

const parkedOf = ({ database }: ConsumingTest) => createAdmin(database.pool).consumers.parked();
const handledUpTo = (test: ConsumingTest, offset: number, partition = 0) =>
  waitFor(`offset ${offset}`, async () => (await test.positions())[partition] === offset);

/** Looks once; how often it came to what. */
async function retain({ database }: ConsumingTest): Promise<Partial<Record<InboxSlotOutcome, number>>> {
  await using retention = createRetention({ db: database.pool });
  await retention.once();
  const bySlot = Map.groupBy(retention.status().inbox, ({ outcome }) => outcome);
  return Object.fromEntries([...bySlot].map(([outcome, slots]) => [outcome, slots.length]));
}

/** Events of the last 20 days, one a day, and one of now in a batch of its own: from then on 7 days count. */
async function threeWeeks(test: ConsumingTest): Promise<void> {
  await test.send(range(0, 21).map((n) => daysAgo(n, 20 - n)));
  await test.start({ handlers: [recordEffect(test.topic)] });
  await handledUpTo(test, 21);
}

/** Ids, without the digests of their source. */
const remembered = async ({ database }: ConsumingTest): Promise<string[]> =>
  (await database.pool.query('SELECT id FROM outbox.inbox ORDER BY ce_time')).rows.map(({ id }) => id.split('#')[0]);

describe.each(SUBSCRIBERS)('the window of the inbox, on $client', ({ subscriber }) => {
  test('an event from before it is parked, unless its id is still there; admitted by a person it is handled', async () => {
    await using test = await consumingTest(subscriber);
    const { consumers } = createAdmin(test.database.pool);
    // A group that reads history handles all of it.
    await threeWeeks(test);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 21));

    await test.send([daysAgo(30, 9), daysAgo(3, 17), daysAgo(31, 6), daysAgo(32, 0)]);
    await handledUpTo(test, 25);
    expect(await effectNumbers(test.database.pool)).toEqual([...range(0, 21), 31, 32]);
    expect(await parkedOf(test)).toMatchObject([{ key: 'k30', code: 'EVENT_TOO_OLD', messages: 1 }]);

    await consumers.redrive();
    await waitFor('it to be refused again', async () => (await parkedOf(test))[0]?.redrive === false);
    expect(await parkedOf(test)).toMatchObject([{ key: 'k30', code: 'EVENT_TOO_OLD' }]);
    const [parked] = await parkedOf(test);
    const which = { groupId: test.groupId, topic: test.topic, key: 'k30' };
    expect(await consumers.admit(which)).toEqual([{ partition: 0, offset: parked?.firstOffset }]);
    await consumers.redrive();
    await waitFor('it', async () => (await parkedOf(test)).length === 0);
    expect(await effectNumbers(test.database.pool)).toEqual([...range(0, 21), 31, 32, 30]);
  });

  test('ids from before it are removed and no other; a copy of theirs is parked, any other is dropped', async () => {
    await using test = await consumingTest(subscriber);
    await threeWeeks(test);
    // Slots of one day are emptied; where a day of the window shares the slot of an old one, the old ids are deleted.
    expect(await retain(test)).toEqual({ emptied: 8, kept: 3, thinned: 5 });
    expect(await remembered(test)).toEqual(range(13, 21).map((n) => `id ${n}`));
    expect(await retain(test)).toEqual({ empty: 8, kept: 8 });

    await test.send(range(0, 21).map((n) => daysAgo(n, 20 - n)));
    await handledUpTo(test, 42);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 21));
    expect((await parkedOf(test)).map(({ key }) => key).toSorted()).toEqual(
      range(0, 13)
        .map((n) => `k${n}`)
        .toSorted(),
    );
  });

  test('a position that is made anew, or later, knows what was removed', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const { pool } = test.database;
    await test.send(range(0, 21).map((n) => daysAgo(n, 20 - n, { partition: 0 })));
    const before = await test.start({ handlers: [recordEffect(test.topic)] });
    await handledUpTo(test, 21);
    await before.stop();
    expect(await retain(test)).toEqual({ kept: 16 });
    // When nothing has arrived in the other partition for a day, it keeps nothing back.
    await pool.query(
      `UPDATE outbox.consumer_position SET moved_at = moved_at - interval '25 hours' WHERE partition = 1`,
    );
    const first = await test.start({ handlers: [recordEffect(test.topic)] });
    const floor = 'SELECT min(inbox_from) > $1 AS moved FROM outbox.consumer_position';
    await waitFor('the other partition', async () => {
      const { rows } = await pool.query(floor, [new Date(now - 9 * DAY_MS)]);
      return rows[0].moved;
    });
    await first.stop();
    await retain(test);
    expect(await remembered(test)).toEqual(range(13, 21).map((n) => `id ${n}`));
    await pool.query('DELETE FROM outbox.consumer_position');
    await test.start({ handlers: [recordEffect(test.topic)] });
    await handledUpTo(test, 21);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 21));
    expect(await parkedOf(test)).toHaveLength(13);
  });

  test('stays open for what is parked, however old it gets', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    let broken = true;
    await test.send([daysAgo(0, 20), daysAgo(1, 15), daysAgo(2, 0)].map((event) => ({ ...event, partition: 0 })));
    await test.start({
      maxBatchSize: 1,
      retry: { attempts: 1, firstMs: 5, maxMs: 20 },
      handlers: [
        recordEffect(test.topic, {
          before: (n) => {
            if (broken && n === 1) throw new Error('refused');
          },
        }),
      ],
    });
    await handledUpTo(test, 3);
    await retain(test);
    expect(await remembered(test)).toEqual(['id 0', 'id 2']);
    // As late as that it is neither too old, nor handled again by a copy.
    broken = false;
    await createAdmin(test.database.pool).consumers.redrive();
    await waitFor('it', async () => (await parkedOf(test)).length === 0);
    await test.send([{ ...daysAgo(1, 15), partition: 0 }]);
    await handledUpTo(test, 4);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 2, 1]);
  });

  test('an event from the future moves it no further than the clock', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([daysAgo(0, -4_000)]);
    await test.start({ handlers: [recordEffect(test.topic)] });
    await handledUpTo(test, 1);
    await test.send([daysAgo(1, 0), daysAgo(2, 6)]);
    await handledUpTo(test, 3);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1, 2]);
    await retain(test);
    expect((await remembered(test)).toSorted()).toEqual(['id 0', 'id 1', 'id 2']);
  });

  test('while slots are emptied, copies come late and go to other partitions: each effect once', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const events = 400;
    const { consumers } = createAdmin(test.database.pool);
    await test.start({ maxBatchSize: 20, handlers: [recordEffect(test.topic)] });
    let outcomes: InboxSlotOutcome[] = [];
    let done = false;
    const retaining = (async () => {
      await using retention = createRetention({ db: test.database.pool });
      while (!done) {
        await retention.once();
        outcomes = [...outcomes, ...retention.status().inbox.map(({ outcome }) => outcome)];
        // What is parked would keep the window open.
        for (const { groupId, topic, key } of await consumers.parked())
          await consumers.discard({ groupId, topic, key });
        await consumers.redrive();
      }
    })();
    // Ten events a day; copies are up to 20 days late, by the time of the events.
    let sent = 0;
    for (let from = 0; from < events; from += 20) {
      const originals = range(from, from + 20).map((n) => daysAgo(n, (events - n) / 10, { partition: n % 2 }));
      const copies = range(0, 20).map((at) => {
        const n = Math.max(0, from - ((at * 37 + from) % 200));
        return daysAgo(n, (events - n) / 10, { partition: (n + at) % 2 });
      });
      await test.send([...originals, ...copies]);
      sent += originals.length + copies.length;
      const goal = sent;
      await waitFor('what was sent', async () => {
        const positions = await test.positions();
        return (positions[0] ?? 0) + (positions[1] ?? 0) === goal;
      });
    }
    done = true;
    await retaining;
    expect((await effectNumbers(test.database.pool)).toSorted((a, b) => a - b)).toEqual(range(0, events));
    expect(outcomes).toContain('emptied');
  });
});

test.each([
  ['of a group that is known', true],
  ['of a group that has no position yet', false],
])('a position %s, made in a snapshot from before ids were removed, is refused', async (_, known) => {
  await using database = await outboxDatabase();
  const { pool } = database;
  const position = (partition: number) =>
    `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset) VALUES ('g', 't', ${partition}, 0)`;
  const remove = `INSERT INTO outbox.inbox_floor AS f VALUES ('g', now()) ON CONFLICT (group_id) DO UPDATE SET removed_before = now()`;
  if (known) await pool.query(position(0));
  await using late = await openTransaction(
    pool,
    'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM outbox.inbox_floor',
  );
  await pool.query(remove);
  await expect(late.client.query(position(1))).rejects.toMatchObject({ code: '40001' });
  await late.end('ROLLBACK');
  await pool.query(position(1));
  const { rows } = await pool.query(
    'SELECT inbox_from = (SELECT removed_before FROM outbox.inbox_floor) AS same FROM outbox.consumer_position WHERE partition = 1',
  );
  expect(rows).toEqual([{ same: true }]);
});

test('a slot in which somebody is at work is left for later, and nobody waits for it', async () => {
  const [chosen] = SUBSCRIBERS;
  if (chosen === undefined) throw new Error('there is no Kafka client');
  await using test = await consumingTest(() => chosen.subscriber());
  await threeWeeks(test);
  const insert = `INSERT INTO outbox.inbox (group_id, slot, ce_time, id) SELECT 'g', outbox.inbox_slot($1), $1, $2`;
  const old = new Date(now - 9 * DAY_MS);
  {
    await using other = await openTransaction(test.database.pool);
    await other.client.query(insert, [old, randomUUID()]);
    expect(await retain(test)).toMatchObject({ locked: 1, emptied: 7 });
    expect(await remembered(test)).toContain('id 11');
    await test.database.pool.query(insert, [old, randomUUID()]);
    await other.end('ROLLBACK');
  }
  // A group without a position keeps what it has.
  expect(await retain(test)).toEqual({ empty: 7, kept: 9 });
});
