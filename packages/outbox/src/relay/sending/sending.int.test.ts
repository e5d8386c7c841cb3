import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type { Publisher } from '../../publisher/publisher.ts';
import { enableFailpoint, FAILPOINTS, type Failpoint } from '../../testing/failpoints.ts';
import { faultsOn } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../../testing/fixtures/kafka/read-topic.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { createRelay } from '../create-relay.ts';

jest.setTimeout(60_000);

const WRITE = `SELECT outbox.write($1, $2, 'test.noted', '/test', $3, $4::jsonb)`;
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe.each(PUBLISHERS)('sending on $client', ({ publisher }) => {
  test('headers that are not text, written with SQL, go out as JSON and hold up nobody', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('headers');
    const odd = { attempt: 1, tag: null, nested: { a: [1] }, text: 'ü', traceparent: TRACEPARENT, tracestate: 5 };
    await database.pool.query(WRITE, [topic, 'odd', '{}', JSON.stringify(odd)]);
    await database.pool.query(WRITE, [topic, 'list', '{}', '[1, 2]']);
    await database.pool.query(WRITE, [topic, 'number', '{}', '7']);
    await database.pool.query(WRITE, [topic, 'plain', '{}', '{"a": "b"}']);
    await using relay = createRelay({ db: database.pool, publisher: publisher() });
    await relay.start();
    await waitFor('all', async () => relay.status().published >= 4);
    const messages = await readTopic(topic);
    const headersOf = (wanted: string) => messages.find(({ key }) => key === wanted)?.headers;
    expect(headersOf('odd')).toMatchObject({
      attempt: '1',
      tag: 'null',
      nested: '{"a":[1]}',
      text: 'ü',
      traceparent: TRACEPARENT,
      tracestate: '5',
    });
    expect(headersOf('plain')).toMatchObject({ a: 'b' });
    expect(messages).toHaveLength(4);
  });

  test('what fails between taking a batch and its answer loses nothing and lets nothing overtake', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('failing');
    const failing = new Set<Failpoint>([FAILPOINTS.relayPublishing, FAILPOINTS.relayPublished]);
    const once = (name: Failpoint) => enableFailpoint(name, () => (failing.delete(name) ? 'error' : undefined));
    using _before = once(FAILPOINTS.relayPublishing);
    using _after = once(FAILPOINTS.relayPublished);
    const client = publisher();
    let short = true;
    const publish: Publisher['publish'] = async (messages) => {
      const results = await client.publish(messages);
      const answer = short ? results.slice(0, 2) : results;
      short = false;
      return answer;
    };
    await using relay = createRelay({
      db: database.pool,
      publisher: { publish, close: () => client.close() },
      maxBatchSize: 5,
      retry: { firstMs: 10, maxMs: 50 },
    });
    for (let n = 0; n < 40; n += 1) await database.pool.query(WRITE, [topic, 'k', JSON.stringify({ n }), null]);
    await relay.start();
    expect(await faultsOn(database.pool, topic)).toEqual([]);
    expect(failing.size).toBe(0);
    await waitFor('nothing to be left', () => relay.status().shards.every(({ unpublished }) => unpublished === 0));
  });
});
