import { setTimeout as delay } from 'node:timers/promises';
import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { CRASH_POINTS } from '../testing/failpoints.ts';
import { allPublished, faultsOn } from '../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../testing/fixtures/kafka/read-topic.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { spawnRelay } from '../testing/fixtures/processes/spawn-relay.ts';
import { committedIn } from '../testing/history/committed-in.ts';
import { createOutbox } from '../writer/create-outbox.ts';
import { createRelay } from './create-relay.ts';

jest.setTimeout(240_000);

const outbox = createOutbox({ source: '/test' });
const KEYS = ['a', 'b', 'c', 'd', 'e'];

const soon = (ms: number): Promise<false> => delay(ms, false);

type Noted = ReturnType<typeof noted>;

/** Writes in a transaction of its own, which ends as told. */
async function transaction(
  pool: pg.Pool,
  work: (tx: pg.PoolClient) => Promise<unknown>,
  end: 'COMMIT' | 'ROLLBACK' = 'COMMIT',
) {
  const tx = await pool.connect();
  try {
    await tx.query('BEGIN');
    await work(tx);
    await tx.query(end);
  } finally {
    tx.release();
  }
}

/** One transaction after the other, every tenth rolled back, each message numbered by its place. */
async function writeMany(pool: pg.Pool, event: Noted, count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i += 1) {
    const key = KEYS[i % KEYS.length] ?? 'a';
    await transaction(pool, (tx) => outbox.write(tx, event, { key, n: i }), i % 10 === 9 ? 'ROLLBACK' : 'COMMIT');
  }
}

function firstPublisher() {
  const [first] = PUBLISHERS;
  if (first === undefined) throw new Error('there is no publisher');
  return first.publisher;
}

describe.each(PUBLISHERS)('the relay on $client', ({ client, publisher }) => {
  test('publishes what is committed, in the order of each key, and nothing that was rolled back', async () => {
    await using database = await outboxDatabase();
    const topic = await createTopic('relay');
    await using relay = createRelay({ db: database.pool, publisher: publisher() });
    await relay.start();
    await writeMany(database.pool, noted(topic), 200);
    expect(await faultsOn(database.pool, topic)).toEqual([]);
    const messages = await readTopic(topic);
    expect(messages).toHaveLength((await committedIn(database.pool)).length);
    expect(messages[0]?.headers).toMatchObject({ ce_specversion: '1.0', ce_type: 'test.noted', ce_source: '/test' });
  });

  test('one transaction held open across 1,000 others delays nobody, and its messages follow when it commits', async () => {
    await using database = await outboxDatabase();
    const topic = await createTopic('held');
    const event = noted(topic);
    await using relay = createRelay({ db: database.pool, publisher: publisher() });
    await relay.start();
    const held = await database.pool.connect();
    try {
      await held.query('BEGIN');
      for (const key of KEYS) {
        await outbox.write(held, event, { key: `held-${key}`, n: 1 });
      }
      await writeMany(database.pool, event, 1_000);
      const before = await allPublished(database.pool, topic);
      expect(before.some(({ key }) => key.startsWith('held-'))).toBe(false);
      for (const key of KEYS) {
        await outbox.write(held, event, { key: `held-${key}`, n: 2 });
      }
      await held.query('COMMIT');
    } finally {
      held.release();
    }
    expect(await faultsOn(database.pool, topic)).toEqual([]);
    await waitFor('all gaps to be closed', () => relay.status().shards.every(({ gaps }) => gaps === 0));
  });

  test('killed again and again between read, publish and checkpoint, a transaction held open: all arrives, in key order', async () => {
    await using database = await outboxDatabase();
    const topic = await createTopic('killed');
    const event = noted(topic);
    const held = await database.pool.connect();
    let from = 0;
    try {
      await held.query('BEGIN');
      await outbox.write(held, event, { key: 'held', n: 0 });
      for (const failpoint of CRASH_POINTS.relay) {
        for (const hit of [1, 3]) {
          await using doomed = spawnRelay(client, database.url, `${failpoint}=kill@${hit}`, 250);
          // Rows keep coming until it is dead, so that there is something to do at every hit.
          const dead = doomed.ended.then(() => true);
          do {
            await writeMany(database.pool, event, 20, from);
            from += 20;
          } while (!(await Promise.race([dead, soon(20)])));
          expect(await doomed.ended).toBe('SIGKILL');
        }
      }
      await held.query('COMMIT');
    } finally {
      held.release();
    }
    await using _ = spawnRelay(client, database.url, '', 250);
    expect(await faultsOn(database.pool, topic, 90_000)).toEqual([]);
  });
});

describe('several relays', () => {
  const publisher = firstPublisher();

  test('share the shards, and one that stops hands its shards over at once', async () => {
    await using database = await outboxDatabase({ shards: 6 });
    const topic = await createTopic('share');
    await using first = createRelay({ db: database.pool, publisher: publisher(), leaseMs: 1_000 });
    await using second = createRelay({ db: database.pool, publisher: publisher(), leaseMs: 1_000 });
    await first.start();
    await waitFor('the first to hold all', () => first.status().shards.length === 6);
    await second.start();
    await waitFor('a fair share', () => first.status().shards.length === 3 && second.status().shards.length === 3);
    await writeMany(database.pool, noted(topic), 200);
    await first.stop();
    await waitFor('the second to hold all', () => second.status().shards.length === 6);
    await writeMany(database.pool, noted(topic), 200, 200);
    expect(await faultsOn(database.pool, topic)).toEqual([]);
  });

  test('a relay frozen past its lease loses it, and neither loses nor reorders anything when it wakes', async () => {
    await using database = await outboxDatabase();
    const topic = await createTopic('frozen');
    const event = noted(topic);
    await using frozen = spawnRelay('kafkajs', database.url);
    await writeMany(database.pool, event, 100);
    await allPublished(database.pool, topic);
    frozen.child.kill('SIGSTOP');
    await writeMany(database.pool, event, 200, 100);
    await using heir = createRelay({ db: database.pool, publisher: publisher(), leaseMs: 1_000 });
    await heir.start();
    await allPublished(database.pool, topic);
    frozen.child.kill('SIGCONT');
    await writeMany(database.pool, event, 200, 300);
    expect(await faultsOn(database.pool, topic)).toEqual([]);
    const lost = () => frozen.news.filter((each) => 'problem' in each && each.problem === 'shard');
    await waitFor('it to know of all four', () => lost().length >= 4);
    await waitFor('shares', () => heir.status().shards.length === 2);
  });
});
