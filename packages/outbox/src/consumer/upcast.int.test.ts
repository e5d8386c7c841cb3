import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { createAdmin } from '../admin/create-admin.ts';
import { defineEvent } from '../event/index.ts';
import { consumingTest } from '../testing/fixtures/consumer/consuming.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { on, type ReceivedEvent } from './on.ts';
import { upcast } from './upcast.ts';

jest.setTimeout(60_000);

const placed = <Schema extends z.ZodType>(topic: string, type: string, schema: Schema) =>
  defineEvent({ type, topic, key: () => 'k', schema });
const v1 = (topic: string) => placed(topic, 'shop.placed', z.object({ total: z.number() }));
const v2 = (topic: string) => placed(topic, 'shop.placed.v2', z.object({ minor: z.int(), currency: z.string() }));
const v3 = (topic: string) =>
  placed(topic, 'shop.placed.v3', z.object({ minor: z.string().regex(/^\d+$/), currency: z.string() }));

const older = (topic: string) => [
  upcast(v1(topic), ({ total }) => {
    if (total === 13) throw new Error('thirteen');
    return { minor: String(Math.round(total * 100)), currency: 'EUR' };
  }),
  upcast(v2(topic), ({ minor, currency }) => ({ minor: String(minor), currency })),
];

/** As `send` of the test takes it. */
const written = (version: string, data: unknown, key = 'k') => ({
  n: 0,
  key,
  data,
  headers: { ce_type: `shop.placed${version}` },
});

describe.each(SUBSCRIBERS)('old versions of an event, on $client', ({ subscriber }) => {
  test('come to the handler of the current one as that, in the order of their key', async () => {
    await using test = await consumingTest(subscriber);
    const events: ReceivedEvent[] = [];
    await test.send([
      written('', { total: 12.34 }),
      written('.v3', { minor: '5', currency: 'SEK' }),
      written('.v2', { minor: 7, currency: 'USD' }),
    ]);
    const upcasters = older(test.topic);
    await test.start({ handlers: [on(v3(test.topic), (event) => void events.push(event), { upcasters })] });
    await waitFor('the end', async () => (await test.positions())[0] === 3);
    expect(events.map(({ type, writtenAs, data }) => [type, writtenAs, data])).toEqual([
      ['shop.placed.v3', 'shop.placed', { minor: '1234', currency: 'EUR' }],
      ['shop.placed.v3', 'shop.placed.v3', { minor: '5', currency: 'SEK' }],
      ['shop.placed.v3', 'shop.placed.v2', { minor: '7', currency: 'USD' }],
    ]);
  });

  test('come to a handler of batches in one list with the current one', async () => {
    await using test = await consumingTest(subscriber);
    const lists: string[][] = [];
    await test.send([written('', { total: 1 }), written('.v3', { minor: '5', currency: 'SEK' })]);
    await test.start({
      handlers: [
        on.batch(v3(test.topic), (events) => void lists.push(events.map(({ data }) => data.minor)), {
          upcasters: older(test.topic),
        }),
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 2);
    expect(lists).toEqual([['100', '5']]);
  });

  test('park their key when either schema refuses them, or they cannot be upcast', async () => {
    await using test = await consumingTest(subscriber);
    const seen: string[] = [];
    await test.send([
      written('', { total: 'much' }, 'old schema'),
      written('', { total: -1 }, 'current schema'),
      written('', { total: 13 }, 'upcaster'),
      written('.v3', { minor: '5', currency: 'SEK' }, 'fine'),
    ]);
    const upcasters = older(test.topic);
    await test.start({ handlers: [on(v3(test.topic), ({ key }) => void seen.push(key ?? ''), { upcasters })] });
    await waitFor('the end', async () => (await test.positions())[0] === 4);
    const parked = await createAdmin(test.database.pool).consumers.parked();
    expect(parked.map(({ key, code }) => [key, code]).toSorted()).toEqual([
      ['current schema', 'EVENT_DATA_INVALID'],
      ['old schema', 'EVENT_DATA_INVALID'],
      ['upcaster', 'EVENT_DATA_INVALID'],
    ]);
    const reasons = Object.fromEntries(
      parked.map(({ key, reason, issues }) => [key, `${reason} ${JSON.stringify(issues)}`]),
    );
    expect(reasons['old schema']).toContain('"path":"total"');
    expect(reasons['current schema']).toContain('upcast to shop.placed.v3');
    expect(reasons['current schema']).toContain('"path":"minor"');
    expect(reasons['upcaster']).toContain('thirteen');
    expect(seen).toEqual(['fine']);
  });

  test('a version that nobody knows is parked, while a type that nobody knows is passed over', async () => {
    await using test = await consumingTest(subscriber);
    const seen: string[] = [];
    await test.send([
      written('.v4', { later: true }, 'a'),
      written('-elsewhere', {}, 'b'),
      written('.v3', { minor: '5', currency: 'SEK' }, 'a'),
      written('.v3', { minor: '6', currency: 'SEK' }, 'b'),
    ]);
    const upcasters = older(test.topic);
    const handler = on(v3(test.topic), ({ data }) => void seen.push(data.minor), { upcasters });
    const consumer = await test.start({ handlers: [handler] });
    await waitFor('the end', async () => (await test.positions())[0] === 4);
    const admin = createAdmin(test.database.pool);
    expect(await admin.consumers.parked()).toMatchObject([{ key: 'a', code: 'EVENT_VERSION_UNKNOWN', messages: 2 }]);
    expect(seen).toEqual(['6']);
    await consumer.stop();
    // A deployment that knows it.
    const v4 = placed(test.topic, 'shop.placed.v4', z.object({ later: z.boolean() }));
    await test.start({ handlers: [handler, on(v4, ({ data }) => void seen.push(`later: ${data.later}`))] });
    await admin.consumers.redrive();
    await waitFor('what was parked', async () => (await admin.consumers.parked()).length === 0);
    expect(seen).toEqual(['6', 'later: true', '5']);
  });
});

test('what an upcaster makes must be data of the current version, of what was data of the old one', () => {
  const handler = () => {};
  on(v3('t'), handler, { upcasters: [upcast(v2('t'), ({ minor, currency }) => ({ minor: String(minor), currency }))] });
  // @ts-expect-error: the current version wants a string
  on(v3('t'), handler, { upcasters: [upcast(v2('t'), ({ minor, currency }) => ({ minor, currency }))] });
  // @ts-expect-error: the first version has no currency
  expect(upcast(v1('t'), ({ currency }) => currency).type).toBe('shop.placed');
});
