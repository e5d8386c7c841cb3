import { createTopic, waitFor } from '@bezel/local/testing';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../../testing/fixtures/kafka/clients.ts';
import { faultsOn } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../../testing/fixtures/kafka/read-topic.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { noted } from '../../testing/fixtures/outbox/events.ts';
import { writeNumbered } from '../../testing/fixtures/outbox/writing.ts';
import { createRelay } from '../create-relay.ts';

jest.setTimeout(60_000);

/** A configuration of a topic, as Kafka's protocol numbers what can be configured. */
const TOPIC = 2;
const HOUR = 3_600_000;

afterEach(() => {
  jest.restoreAllMocks();
});

/** Sets the clock of this machine: for this process, a broker and a database keep theirs. */
function setClock(aheadMs: number): void {
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
}

describe.each(PUBLISHERS)('the relay on $client', ({ publisher }) => {
  test.each([
    ['ahead', 2 * HOUR],
    ['behind', -2 * HOUR],
  ])('publishes although its machine’s clock is two hours %s: messages carry the database’s time', async (_, ahead) => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('clock');
    const began = Date.now();
    setClock(ahead);
    await using relay = createRelay({ db: database.pool, publisher: publisher() });
    await relay.start();
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 50 });
    expect(await faultsOn(database.pool, topic)).toEqual([]);
    expect(relay.status().trouble).toBeNull();
    jest.restoreAllMocks();
    const ended = Date.now();
    const messages = await readTopic(topic);
    expect(messages).toHaveLength(50);
    for (const { timestamp } of messages) {
      expect(timestamp).toBeGreaterThan(began - 1_000);
      expect(timestamp).toBeLessThan(ended + 1_000);
    }
  });

  test('waits for a topic that takes no message of this time, and parks nothing', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('strict', { config: { 'message.timestamp.before.max.ms': '0' } });
    const problems: string[] = [];
    await using relay = createRelay({
      db: database.pool,
      publisher: publisher(),
      retry: { firstMs: 20, maxMs: 50 },
      parkAfter: 1,
      onError: ({ kind }) => problems.push(kind),
    });
    await relay.start();
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 50 });
    await waitFor('the topic to be told', () => problems.includes('topic'));
    await using admin = await createAdmin();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        { type: TOPIC, name: topic, configEntries: [{ name: 'message.timestamp.before.max.ms', value: String(HOUR) }] },
      ],
    });
    expect(await faultsOn(database.pool, topic)).toEqual([]);
    expect(problems).not.toContain('parked');
    expect(problems).not.toContain('message');
  });
});
