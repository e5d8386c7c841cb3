import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../admin/create-admin.ts';
import { type ConsumingTest, consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { counted, effectNumbers, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { type EventHandler, type HandlerContext, on, type ReceivedEvent } from './on.ts';

jest.setTimeout(60_000);

type Counted = ReceivedEvent<string, { key: string; n: number }>;

/** A handler of batches whose effects are rows, made by one statement; `before` runs ahead of it. */
function recordEffects(
  topic: string,
  before: (events: readonly Counted[], context: HandlerContext) => Promise<void> | void = () => {},
): EventHandler {
  return on.batch(counted(topic), async (events, context) => {
    await before(events, context);
    await context.tx.query(
      `INSERT INTO effect (id, key, n, worker)
       SELECT id, key, n, 'batch' FROM unnest($1::text[], $2::text[], $3::int[]) WITH ORDINALITY AS e (id, key, n, place)
       ORDER BY place`,
      [events.map(({ id }) => id), events.map(({ data }) => data.key), events.map(({ data }) => data.n)],
    );
  });
}

const numbersOf = async ({ database }: ConsumingTest, key: string): Promise<number[]> =>
  (await effects(database.pool)).filter((effect) => effect.key === key).map(({ n }) => n);

describe.each(SUBSCRIBERS)('a handler of batches, on $client', ({ subscriber }) => {
  test('takes the events of a transaction at once, each event once, however often it is delivered', async () => {
    await using test = await consumingTest(subscriber);
    const sizes: number[] = [];
    const sent = range(0, 200).map((n) => ({ n, key: `k${n % 5}`, id: `id ${n}`, time: '2026-11-21T03:14:15Z' }));
    await test.send([...sent, ...sent.slice(50, 150)]);
    await test.start({
      maxBatchSize: 60,
      handlers: [recordEffects(test.topic, (events) => void sizes.push(events.length))],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 300);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 200));
    // It begins with small transactions, and never has more than it may.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200);
    expect(Math.max(...sizes)).toBeGreaterThan(16);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(60);
  });

  test('and one of single events keep the order of each key between them', async () => {
    await using test = await consumingTest(subscriber);
    // Of each key some events are for the one and some for the other.
    const other = (n: number) => n % 3 === 0 || n % 7 === 0;
    await test.send(
      range(0, 400).map((n) => ({ n, key: `k${n % 5}`, ...(other(n) ? { headers: { ce_type: 'test.other' } } : {}) })),
    );
    let calls = 0;
    await test.start({
      handlers: [
        recordEffects(test.topic, () => {
          calls += 1;
        }),
        { ...recordEffect(test.topic, { worker: 'one' }), type: 'test.other' },
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 400);
    const done = await effects(test.database.pool);
    expect(done).toHaveLength(400);
    for (const k of range(0, 5)) {
      expect(done.filter(({ key }) => key === `k${k}`).map(({ n }) => n)).toEqual(
        range(0, 400).filter((n) => n % 5 === k),
      );
    }
    for (const { n, worker } of done) expect(worker).toBe(other(n) ? 'one' : 'batch');
    expect(calls).toBeLessThan(done.filter(({ worker }) => worker === 'batch').length / 2);
  });

  test('that fails is given less until the event at fault stands alone; that one is parked, and the others are done', async () => {
    await using test = await consumingTest(subscriber);
    const tried: number[][] = [];
    let broken = true;
    await test.send(range(0, 120).map((n) => ({ n, key: `k${n % 6}` })));
    await test.start({
      retry: { firstMs: 5, maxMs: 20, attempts: 3 },
      handlers: [
        recordEffects(test.topic, (events) => {
          tried.push(events.map(({ data }) => data.n));
          if (broken && events.some(({ data }) => data.n === 40)) throw new Error('40 is refused');
        }),
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 120);
    // Tries in company count for nothing: the fault may be another's.
    expect(tried.filter((numbers) => numbers.length === 1 && numbers[0] === 40)).toHaveLength(3);
    expect(test.problems).toEqual(test.problems.filter((problem) => 'offset' in problem && problem.offset === '40'));
    const admin = createAdmin(test.database.pool);
    expect(await admin.consumers.parked()).toMatchObject([
      { key: 'k4', firstOffset: '40', messages: 14, reason: '40 is refused', attempts: 3 },
    ]);
    for (const k of range(0, 6)) {
      const expected = range(0, 120).filter((n) => n % 6 === k && (k !== 4 || n < 40));
      expect(await numbersOf(test, `k${k}`)).toEqual(expected);
    }
    broken = false;
    const before = tried.length;
    await admin.consumers.redrive();
    await waitFor('what is parked', async () => (await admin.consumers.parked()).length === 0);
    expect(await numbersOf(test, 'k4')).toEqual(range(0, 120).filter((n) => n % 6 === 4));
    expect(tried.slice(before)).toEqual([range(0, 120).filter((n) => n % 6 === 4 && n >= 40)]);
  });

  test('an event whose data is refused is found among the others at once', async () => {
    await using test = await consumingTest(subscriber);
    await test.send(
      range(0, 16).map((n) => ({ n, key: `k${n}`, ...(n === 9 ? { data: { key: 'k9', n: 'nine' } } : {}) })),
    );
    const tried: number[][] = [];
    await test.start({
      handlers: [recordEffects(test.topic, (events) => void tried.push(events.map(({ data }) => data.n)))],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 16);
    expect(await createAdmin(test.database.pool).consumers.parked()).toMatchObject([
      { key: 'k9', code: 'EVENT_DATA_INVALID', issues: [{ path: 'n' }] },
    ]);
    // No handler ever saw it, and those ahead of it went in one go.
    expect(tried).toEqual([range(0, 9), range(10, 16)]);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 16).filter((n) => n !== 9));
  });

  test('that takes too long for many is given fewer', async () => {
    await using test = await consumingTest(subscriber);
    await test.send(range(0, 16).map((n) => ({ n })));
    const sizes: number[] = [];
    await test.start({
      handlerTimeoutMs: 500,
      handlers: [
        recordEffects(test.topic, async (events, { signal }) => {
          sizes.push(events.length);
          if (events.length > 4) await new Promise((_, reject) => signal.addEventListener('abort', reject));
        }),
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 16);
    expect(sizes.slice(0, 3)).toEqual([16, 8, 4]);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 16));
    // It is nobody's fault.
    expect(test.problems).toEqual([]);
  });
});
