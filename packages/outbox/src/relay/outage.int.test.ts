import { createTopic, type NetworkPath, networkPath, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import type { Publisher } from '../publisher/publisher.ts';
import { allPublished, faultsOn } from '../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { writeNumbered } from '../testing/fixtures/outbox/writing.ts';
import { createRelay } from './create-relay.ts';
import type { RelayProblem } from './status.ts';

jest.setTimeout(120_000);

const COUNT = 3_000;
const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));
const kafkaPort = (): number => portOf(testServers().kafkaBrokers[0] ?? '');
const postgresPort = (): number => Number(new URL(testServers().postgresUrl).port);

/** The publisher, and how many messages each of its sends that succeeded had. */
function counting(publisher: Publisher): { publisher: Publisher; sizes: number[] } {
  const sizes: number[] = [];
  return {
    sizes,
    publisher: {
      async publish(messages) {
        const results = await publisher.publish(messages);
        if (results.every(({ ok }) => ok)) sizes.push(messages.length);
        return results;
      },
      close: () => publisher.close(),
    },
  };
}

const WAYS: readonly (readonly [how: 'cut' | 'silence', words: string])[] = [
  ['cut', 'refuses connections'],
  ['silence', 'says nothing more'],
];

describe.each(PUBLISHERS)('a relay on $client', ({ publisher }) => {
  test.each(WAYS)(
    'whose Kafka goes away (%s): it %s, and then everything comes in order, at full speed, without a restart',
    async (how) => {
      using path = networkPath(kafkaPort());
      await using database = await outboxDatabase({ shards: 1 });
      const topic = await createTopic('outage');
      const event = noted(topic);
      const problems: RelayProblem[] = [];
      const counted = counting(publisher(undefined, 500));
      await using relay = createRelay({
        db: database.pool,
        publisher: counted.publisher,
        retry: { firstMs: 20, maxMs: 300 },
        onError: (problem) => problems.push(problem),
      });
      await relay.start();
      /** How many sends it took. */
      const drain = async (from: number): Promise<number> => {
        const sendsBefore = counted.sizes.length;
        await writeNumbered(database.pool, event, { from, count: COUNT });
        await waitFor('everything to be published', () => relay.status().published >= from + COUNT);
        return counted.sizes.length - sendsBefore;
      };
      await drain(0);
      const before = await drain(COUNT);

      path[how]();
      await writeNumbered(database.pool, event, { from: 2 * COUNT, count: COUNT });
      await waitFor('trouble', () => relay.status().trouble?.with === 'kafka');
      path.mend();
      await waitFor('what waited', () => relay.status().published >= 3 * COUNT);
      await waitFor('the end of the trouble', () => relay.status().trouble === null);

      const after = await drain(3 * COUNT);
      expect(await faultsOn(database.pool, topic)).toEqual([]);
      expect(after).toBeLessThanOrEqual(before + 2);
      expect(problems.map(({ kind }) => kind)).not.toContain('parked');
    },
  );
});

test.each(WAYS)(
  'a relay whose Postgres goes away (%s): it %s, and then reading goes on without a restart',
  async (how) => {
    await using database = await outboxDatabase({ shards: 2 });
    const topic = await createTopic('outage');
    const event = noted(topic);
    const path: NetworkPath = networkPath(postgresPort());
    using _ = path;
    const pool = new pg.Pool({ connectionString: database.url, max: 5 });
    const chosen = PUBLISHERS[0]?.publisher;
    if (chosen === undefined) throw new Error('there is no publisher');
    const problems: RelayProblem[] = [];
    const relay = createRelay({
      db: pool,
      publisher: chosen(),
      retry: { firstMs: 20, maxMs: 300 },
      onError: (problem) => problems.push(problem),
    });
    try {
      await relay.start();
      await writeNumbered(database.pool, event, { from: 0, count: 100 });
      await allPublished(database.pool, topic);
      const epochs = () => relay.status().shards.map(({ epoch }) => epoch);
      const before = epochs();
      path[how]();
      if (how === 'cut') {
        await waitFor('trouble', () => relay.status().trouble?.with === 'database');
        expect(problems.at(-1)).toMatchObject({ kind: 'database' });
      }
      const published = relay.status().published;
      path.mend();
      await writeNumbered(database.pool, event, { from: 100, count: 100 });
      expect(await faultsOn(database.pool, topic)).toEqual([]);
      await waitFor('the end of the trouble', () => relay.status().trouble === null);
      // Nobody else wanted its shards: it kept them, and sent nothing twice.
      expect(epochs()).toEqual(before);
      expect(relay.status().published).toBe(published + 100);
    } finally {
      path.mend();
      await relay.stop();
      await pool.end();
    }
  },
);
