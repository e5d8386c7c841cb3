import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { takeLeases } from '../lease/lease.sql.ts';
import type { OutgoingMessage, Publisher } from '../publisher/publisher.ts';
import { shardOf } from '../shard/hash.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { writeNumbered } from '../testing/fixtures/outbox/writing.ts';
import { createRelay } from './create-relay.ts';

jest.setTimeout(60_000);

/** A publisher that notes what it is asked to send, and holds the first send back until told. */
function heldBack() {
  const [first] = PUBLISHERS;
  if (first === undefined) throw new Error('there is no publisher');
  const client = first.publisher();
  const sent: string[] = [];
  const free = Promise.withResolvers<void>();
  let underWay = 0;
  let mostUnderWay = 0;
  const publisher: Publisher = {
    async publish(messages: readonly OutgoingMessage[]) {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      sent.push(...messages.map(({ key }) => key.toString()));
      await free.promise;
      const results = await client.publish(messages);
      underWay -= 1;
      return results;
    },
    close: () => client.close(),
  };
  return { publisher, sent, free: () => free.resolve(), mostUnderWay: () => mostUnderWay };
}

/** A key of each of two shards. */
function keysOf(topic: string): [string, string] {
  const keys = Array.from({ length: 100 }, (_, n) => `k${n}`);
  const inShard = (shard: number): string => keys.find((key) => shardOf(topic, key, 2) === shard) ?? '';
  return [inShard(0), inShard(1)];
}

/** Somebody else takes the lease of a shard, however alive its owner is. */
async function takenOver({ pool }: OutboxDatabase, shard: number): Promise<void> {
  await waitFor('the take-over', async () => {
    const { rows } = await pool.query('SELECT epoch, renewals FROM outbox.lease WHERE shard = $1', [shard]);
    const taken = await pool.query(takeLeases('"outbox"'), ['heir', [shard], [rows[0].epoch], [rows[0].renewals]]);
    return taken.rows.length === 1;
  });
}

describe('a relay', () => {
  test('that loses a lease while a send hangs and it has no room to read learns it, and sends no more of that shard', async () => {
    await using database = await outboxDatabase({ shards: 2 });
    const topic = await createTopic('lost');
    const [theirs, ours] = keysOf(topic);
    const held = heldBack();
    await using relay = createRelay({
      db: database.pool,
      publisher: held.publisher,
      // Long enough that it does not take the shard back.
      leaseMs: 20_000,
      checkpointMs: 20,
      maxBatchSize: 1,
      maxMessagesInMemory: 3,
    });
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 3, key: theirs });
    await relay.start();
    await waitFor('the first to be on its way', () => held.sent.length === 1);
    // From here on it has nothing to read and nothing to store: only the renewal of its lease can tell.
    await waitFor('the checkpoint of all three', async () => {
      const { rows } = await database.pool.query('SELECT holes::text FROM outbox.checkpoint WHERE shard = 0');
      return rows[0].holes === '{[1,4)}';
    });
    await takenOver(database, 0);
    await waitFor('it to know', () => relay.status().shards.every(({ shard }) => shard !== 0));
    held.free();
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 1, key: ours });
    // What is sent is sent in the order it was read, so anything more of the other shard would have gone before.
    await waitFor('what it still owns', () => held.sent.includes(ours));
    expect(held.sent).toEqual([theirs, ours]);
  });

  test('has one send under way at a time', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('single');
    const held = heldBack();
    await using relay = createRelay({ db: database.pool, publisher: held.publisher, maxBatchSize: 1 });
    await relay.start();
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 2 });
    await waitFor('the first to be on its way', () => held.sent.length > 0);
    expect(relay.status().shards).toMatchObject([{ unpublished: 2 }]);
    held.free();
    await waitFor('both', () => held.sent.length === 2);
    expect(held.mostUnderWay()).toBe(1);
  });

  test('that has stopped owns nothing any more, and what it sent is in its checkpoint', async () => {
    await using database = await outboxDatabase({ shards: 2 });
    const topic = await createTopic('stopped');
    const held = heldBack();
    held.free();
    const relay = createRelay({ db: database.pool, publisher: held.publisher, checkpointMs: 60_000 });
    await relay.start();
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 5 });
    await waitFor('all', () => relay.status().published === 5);
    await relay.stop();
    const { rows } = await database.pool.query(
      `SELECT bool_and(owner IS NULL) AS free, (SELECT sum(cursor)::int FROM outbox.checkpoint) AS published,
         (SELECT count(*)::int FROM outbox.relay) AS alive
       FROM outbox.lease`,
    );
    expect(rows).toEqual([{ free: true, published: 5, alive: 0 }]);
  });
});
