import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { createAdmin } from '../../admin/create-admin.ts';
import { defineEvent } from '../../event/index.ts';
import { type ConsumingTest, consumingTest, range } from '../../testing/fixtures/consumer/consuming.ts';
import { counted, effects, recordEffect } from '../../testing/fixtures/consumer/effects.ts';
import { createProducer } from '../../testing/fixtures/kafka/clients.ts';
import { SUBSCRIBERS } from '../../testing/fixtures/kafka/subscribers.ts';
import { on } from '../on.ts';
import type { RetryPolicy } from './policy.ts';

jest.setTimeout(60_000);

/** What was done to a key, in order. */
const numbersOf = async ({ database }: ConsumingTest, key: string): Promise<number[]> =>
  (await effects(database.pool)).filter((effect) => effect.key === key).map(({ n }) => n);

const refusing = (test: ConsumingTest, refused: (n: number) => boolean, error = () => new Error('not this one')) =>
  recordEffect(test.topic, {
    before: (n) => {
      if (refused(n)) {
        throw error();
      }
    },
  });

/** No tries but one, and no long waits. */
const ONCE: RetryPolicy = { firstMs: 20, maxMs: 50, attempts: 1 };

describe.each(SUBSCRIBERS)('an event that keeps failing, on $client', ({ subscriber }) => {
  test('parks its key and all that follows on it, in order, while other keys of its partition flow', async () => {
    await using test = await consumingTest(subscriber);
    const admin = createAdmin(test.database.pool);
    let tries = 0;
    // Key a: 0, 2, 4 …; key b: 1, 3, 5 … of the same partition.
    await test.send(range(0, 60).map((n) => ({ n, key: n % 2 === 0 ? 'a' : 'b' })));
    const consumer = await test.start({
      retry: { firstMs: 20, maxMs: 50, attempts: 3 },
      handlers: [
        refusing(test, (n) => {
          tries += n === 10 ? 1 : 0;
          return n === 10;
        }),
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 60);
    expect(await numbersOf(test, 'a')).toEqual([0, 2, 4, 6, 8]);
    expect(await numbersOf(test, 'b')).toEqual(range(0, 30).map((n) => 2 * n + 1));
    expect(await admin.consumers.parked()).toEqual([
      {
        groupId: test.groupId,
        topic: test.topic,
        partition: 0,
        key: 'a',
        keyBase64: null,
        reason: 'not this one',
        code: null,
        issues: null,
        // Those while it was narrowed count as well.
        attempts: tries,
        parkedAt: expect.any(String),
        messages: 25,
        discarded: 0,
        firstOffset: '10',
        redrive: false,
      },
    ]);
    const [first, second] = await admin.consumers.messages({ groupId: test.groupId, topic: test.topic, key: 'a' });
    expect(first).toMatchObject({ offset: '10', value: Buffer.from('{"key":"a","n":10}') });
    expect(first?.headers).toContainEqual(['ce_type', 'test.counted']);
    expect(second).toMatchObject({ offset: '12' });
    expect(test.problems.filter(({ kind }) => kind === 'parked')).toMatchObject([
      { topic: test.topic, partition: 0, offset: '10', type: 'test.counted', key: 'a', attempts: tries },
    ]);
    await waitFor('the count', () => consumer.status().partitions[0]?.parkedKeys === 1);
    expect(consumer.status().partitions[0]).toMatchObject({ state: 'flowing', failing: null });
    // Nothing of what is parked counts as handled.
    const { rows } = await test.database.pool.query('SELECT count(*)::int AS remembered FROM outbox.inbox');
    expect(rows).toEqual([{ remembered: 35 }]);
  });

  test('is parked whatever its key and whatever was thrown, and comes back', async () => {
    await using test = await consumingTest(subscriber);
    const long = 'long'.repeat(5_000);
    const thrown: Record<string, unknown> = {
      [long]: Object.assign(new Error(), { message: { no: 'text' } }),
      'no text': Object.create(null),
      NUL: new Error('a\0b'),
      nothing: undefined,
    };
    const keys = Object.keys(thrown);
    await test.send([...keys, ...keys].map((key, n) => ({ n, key })));
    let broken = true;
    await test.start({
      retry: ONCE,
      handlers: [
        recordEffect(test.topic, {
          before: (_n, _context, { key }) => {
            if (broken) throw thrown[key ?? ''];
          },
        }),
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 8);
    const admin = createAdmin(test.database.pool);
    const parked = await admin.consumers.parked();
    expect(new Map(parked.map(({ key, reason, messages }) => [key, { reason, messages }]))).toEqual(
      new Map([
        [long, { reason: '[object Object]', messages: 2 }],
        ['no text', { reason: 'something that has no text', messages: 2 }],
        ['NUL', { reason: 'a\u{fffd}b', messages: 2 }],
        ['nothing', { reason: 'undefined', messages: 2 }],
      ]),
    );
    broken = false;
    await admin.consumers.redrive();
    await waitFor('all to be handled', async () => (await admin.consumers.parked()).length === 0);
    for (const [n, key] of keys.entries()) expect(await numbersOf(test, key)).toEqual([n, n + keys.length]);
  });

  test('is tried again as its own handler says, whatever another one of its batch says', async () => {
    await using test = await consumingTest(subscriber);
    const other = defineEvent({ type: 'test.other', topic: test.topic, key: () => 'b', schema: z.unknown() });
    const fail = () => {
      throw new Error('not this one');
    };
    await test.send([
      { n: 0, key: 'ok' },
      { n: 1, key: 'a' },
      { n: 2, key: 'b', headers: { ce_type: 'test.other' } },
      { n: 3, key: 'a' },
    ]);
    const consumer = await test.start({
      retry: { firstMs: 20, maxMs: 50, attempts: 1 },
      handlers: [refusing(test, (n) => n > 0), on(other, fail, { retry: { judge: () => 'wait' } })],
    });
    await waitFor('the other to be tried', () => (consumer.status().partitions[0]?.failing?.attempts ?? 0) > 5);
    expect(consumer.status().partitions[0]).toMatchObject({ state: 'failing', position: '2' });
    expect(await createAdmin(test.database.pool).consumers.parked()).toMatchObject([{ key: 'a', messages: 1 }]);
    expect(await numbersOf(test, 'ok')).toEqual([0]);
  });

  test('is parked at once when its error says that trying again is no use, and never when it says so', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const hopeless = Object.assign(new Error('there is no such order'), { retryable: false, code: 'ORDER_UNKNOWN' });
    let away = true;
    const tries: number[] = [];
    await test.send([
      { n: 0, key: 'hopeless', partition: 0 },
      { n: 1, key: 'later', partition: 1 },
    ]);
    await test.start({
      handlers: [
        on(
          counted(test.topic),
          async ({ data, id }, { tx }) => {
            tries.push(data.n);
            if (data.n === 0) throw hopeless;
            if (away) throw new Error('the service is away');
            await tx.query('INSERT INTO effect (id, key, n) VALUES ($1, $2, $3)', [id, data.key, data.n]);
          },
          {
            retry: {
              firstMs: 5,
              maxMs: 20,
              attempts: 2,
              judge: (error) => (error === hopeless ? 'park' : away ? 'wait' : 'retry'),
            },
          },
        ),
      ],
    });
    await waitFor('one parked, and many tries of the other', async () => {
      const parked = await createAdmin(test.database.pool).consumers.parked();
      return parked.length === 1 && tries.filter((n) => n === 1).length > 5;
    });
    expect(tries.filter((n) => n === 0)).toEqual([0]);
    expect(await createAdmin(test.database.pool).consumers.parked()).toMatchObject([
      { key: 'hopeless', code: 'ORDER_UNKNOWN', attempts: 1 },
    ]);
    away = false;
    await waitFor('the other', async () => (await numbersOf(test, 'later')).length === 1);
  });

  test('that its schema refuses, or that lacks a header, is parked at once with what is wrong', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([
      { n: 0, key: 'data', data: { key: 'data', n: 'two' } },
      { n: 1, key: 'json', data: '{"key":' },
      { n: 2, key: 'header', headers: { ce_source: '' } },
      { n: 3, key: 'good' },
      { n: 4, key: 'header' },
    ]);
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the end', async () => (await test.positions())[0] === 5);
    expect((await effects(test.database.pool)).map(({ n }) => n)).toEqual([3]);
    expect(await createAdmin(test.database.pool).consumers.parked({ groupId: test.groupId })).toMatchObject([
      {
        key: 'data',
        code: 'EVENT_DATA_INVALID',
        issues: [{ path: 'n', message: expect.stringContaining('expected number') }],
        messages: 1,
      },
      { key: 'json', code: 'EVENT_DATA_INVALID', reason: expect.stringContaining('not JSON'), issues: null },
      { key: 'header', code: 'EVENT_HEADERS_INVALID', reason: expect.stringContaining('ce_source'), messages: 2 },
    ]);
  });

  test('of a type without a handler, or of somebody else, is passed over, parked or stopped at, as it was chosen', async () => {
    await using test = await consumingTest(subscriber);
    await using producer = await createProducer();
    await producer.send({
      topic: test.topic,
      messages: [
        { value: 'no key', headers: { 'x-trace': '\u{0}' } },
        { value: null },
        { key: 'k', value: 'not ours' },
      ],
    });
    await test.send([{ n: 1, headers: { ce_type: 'test.other' } }, { n: 2 }, { n: 3, key: 'free' }]);
    const consumer = await test.start({
      unknownEvents: 'skip',
      foreignMessages: 'park',
      handlers: [recordEffect(test.topic)],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 6);
    expect((await effects(test.database.pool)).map(({ n }) => n)).toEqual([3]);
    const admin = createAdmin(test.database.pool);
    expect(await admin.consumers.parked()).toMatchObject([
      { key: '', code: 'EVENT_UNKNOWN', messages: 2, firstOffset: '0' },
      // The event of another type was passed over for good.
      { key: 'k', code: 'EVENT_UNKNOWN', messages: 2, firstOffset: '2' },
    ]);
    const where = { groupId: test.groupId, topic: test.topic };
    expect(await admin.consumers.messages({ ...where, key: '' })).toMatchObject([
      { value: Buffer.from('no key'), headers: [['x-trace', '\u{0}']] },
      { value: null, headers: [] },
    ]);
    await consumer.stop();
    await test.send([
      { n: 4, key: 'new', headers: { ce_type: 'test.other' } },
      { n: 5, key: 'new' },
    ]);
    const strict = await test.start({ unknownEvents: 'fail', handlers: [recordEffect(test.topic)] });
    await waitFor('it to stop there', () => (strict.status().partitions[0]?.failing?.attempts ?? 0) >= 2);
    expect(await test.positions()).toEqual({ 0: 6 });
  });

  test('parks its key once, in a position that was turned back as well', async () => {
    await using test = await consumingTest(subscriber);
    await test.send(range(0, 6).map((n) => ({ n, key: n % 2 === 0 ? 'a' : 'b' })));
    const first = await test.start({ retry: ONCE, handlers: [refusing(test, (n) => n === 2)] });
    await waitFor('the end', async () => (await test.positions())[0] === 6);
    await first.stop();
    // The position alone, as somebody might set it by hand: inbox and parking stay. Or it is removed altogether.
    for (const turnBack of [
      'UPDATE outbox.consumer_position SET next_offset = 0',
      'DELETE FROM outbox.consumer_position',
    ]) {
      await test.database.pool.query(turnBack);
      const again = await test.start({ retry: ONCE, handlers: [recordEffect(test.topic)] });
      await waitFor('the end', async () => (await test.positions())[0] === 6);
      await again.stop();
    }
    expect(await numbersOf(test, 'a')).toEqual([0]);
    expect(await numbersOf(test, 'b')).toEqual([1, 3, 5]);
    const parked = await createAdmin(test.database.pool).consumers.messages({
      groupId: test.groupId,
      topic: test.topic,
      key: 'a',
    });
    // What was handled before it lies there, too, as a copy: the inbox knows it.
    expect(parked.map(({ offset }) => offset)).toEqual(['0', '2', '4']);
  });
});
