import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OutgoingMessage } from '../../publisher/publisher.ts';
import { Delivery, type Part } from './delivery.ts';
import { refusedWith, unanswered } from './failures.ts';
import type { Topic } from './topics.ts';

const INVALID_RECORD = 87;
const NOT_LEADER = 6;
const leader = { nodeId: 1, host: 'h', port: 1 };
const message = (topic: string, key: string, n: number): OutgoingMessage => ({
  ...{ topic, key: Buffer.from(key), value: Buffer.from(String(n)), headers: [] },
});
const topicOf = (topic: string, partitions: number, leaderless?: number): Topic => ({
  places: Array.from({ length: partitions }, (_, partition) => ({
    ...{ topic, partition },
    leader: partition === leaderless ? undefined : leader,
  })),
});
const onOneTopic = (batch: readonly OutgoingMessage[], partitions: number, leaderless?: number): Delivery => {
  const topic = topicOf('t', partitions, leaderless);
  return new Delivery(batch, () => topic);
};
const numbers = ({ entries }: Part): number[] => entries.map(({ message: { value } }) => Number(value));
const kinds = ({ results }: Delivery): string[] => results.map((result) => (result.ok ? 'ok' : result.kind));

/** A broker that refuses batches with certain values in them, and names the culprits or does not. */
function deliver(delivery: Delivery, refused: ReadonlySet<number>, names: boolean) {
  const log: { name: string; n: number }[] = [];
  let sent = 0;
  for (let parts = delivery.due(); parts.length > 0; parts = delivery.due()) {
    expect(new Set(parts.map(({ place }) => place)).size).toBe(parts.length);
    for (const part of parts) {
      sent += 1;
      const faulty = numbers(part).flatMap((n, index) => (refused.has(n) ? [index] : []));
      if (faulty.length > 0) delivery.failed(part, refusedWith(INVALID_RECORD, 'it'), names ? faulty : []);
      else {
        delivery.written(part);
        for (const entry of part.entries) {
          const { topic, key, value } = entry.message;
          log.push({ name: `${topic}/${key}`, n: Number(value) });
        }
      }
    }
  }
  return { log, sent };
}

const messages = fc.array(
  fc.record({ topic: fc.constantFrom('s', 't', 'gone'), key: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
  { minLength: 1, maxLength: 40 },
);

describe('Delivery', () => {
  test('answers each message rightly, writes each once, and keeps the order of keys, whether culprits are named or not', () => {
    fc.assert(
      fc.property(messages, fc.func(fc.boolean()), fc.boolean(), (drawn, isRefused, names) => {
        const batch = drawn.map(({ topic, key }, n) => message(topic, key, n));
        const refused = new Set(drawn.keys().filter((n) => isRefused(n)));
        const topics: Record<string, Topic> = {
          ...{ s: topicOf('s', 3), t: topicOf('t', 3), gone: { failure: refusedWith(3, 'gone') } },
        };
        const delivery = new Delivery(batch, (name) => topics[name] as Topic);
        const { log } = deliver(delivery, refused, names);
        const failed = new Set<string>();
        const written: { name: string; n: number }[] = [];
        for (const [n, { topic, key }] of drawn.entries()) {
          const name = `${topic}/${key}`;
          const answer = kinds(delivery)[n];
          if (topic === 'gone') expect(answer).toBe('topic');
          else if (failed.has(name)) expect(answer).toBe('predecessor');
          else if (refused.has(n)) {
            expect(answer).toBe('message');
            failed.add(name);
          } else {
            expect(answer).toBe('ok');
            written.push({ name, n });
          }
        }
        const byName = (entries: typeof log) => Map.groupBy(entries, ({ name }) => name);
        expect(byName(log)).toEqual(byName(written));
      }),
    );
  });

  test('one culprit among many: named, one more request finds it; not named, a logarithm of them', () => {
    const batch = Array.from({ length: 1_024 }, (_, n) => message('t', String(n), n));
    const named = deliver(onOneTopic(batch, 1), new Set([700]), true);
    const searched = deliver(onOneTopic(batch, 1), new Set([700]), false);
    expect(named.sent).toBe(2);
    expect(searched.sent).toBeLessThanOrEqual(21);
    expect([named.log.length, searched.log.length]).toEqual([1_023, 1_023]);
  });

  test('a broker that names messages which are not there is not believed', () => {
    const batch = [message('t', 'a', 0), message('t', 'b', 1)];
    const delivery = onOneTopic(batch, 1);
    const [part] = delivery.due();
    delivery.failed(part as Part, refusedWith(INVALID_RECORD, 'it'), [5, -1]);
    expect(delivery.due().map(numbers)).toEqual([[0]]);
  });

  test('a failure of a partition ends all that is left for it, and nothing else', () => {
    const batch = Array.from({ length: 40 }, (_, n) => message('t', String(n % 8), n));
    const delivery = onOneTopic(batch, 2);
    const [first, second] = delivery.due() as [Part, Part];
    delivery.failed(first, refusedWith(INVALID_RECORD, 'it'));
    delivery.written(second);
    const [half, ...others] = delivery.due() as [Part];
    expect(others).toEqual([]);
    expect(numbers(half)).toEqual(numbers(first).slice(0, numbers(half).length));
    delivery.failed(half, refusedWith(NOT_LEADER, 'it'));
    expect(delivery.due()).toEqual([]);
    for (const n of numbers(second)) expect(delivery.results[n]).toEqual({ ok: true });
    for (const n of numbers(half))
      expect(delivery.results[n]).toMatchObject({ kind: 'partition', mayBeWritten: false });
    for (const n of numbers(first)) expect(delivery.results[n]?.ok).toBe(false);
  });

  test('silence leaves it open whether a message is written', () => {
    const delivery = onOneTopic([message('t', 'a', 0)], 1);
    delivery.failed(delivery.due()[0] as Part, unanswered(new Error('nothing came')));
    expect(delivery.results).toMatchObject([{ ok: false, kind: 'brokers', mayBeWritten: true }]);
  });

  test('a partition without a leader fails with its own messages only', () => {
    const batch = Array.from({ length: 40 }, (_, n) => message('t', String(n), n));
    const delivery = onOneTopic(batch, 2, 0);
    const [part, ...others] = delivery.due() as [Part];
    expect(others).toEqual([]);
    expect(part.place.partition).toBe(1);
    delivery.written(part);
    const answers = kinds(delivery);
    expect(answers.filter((kind) => kind === 'ok')).toHaveLength(part.entries.length);
    expect(answers.filter((kind) => kind === 'partition')).toHaveLength(40 - part.entries.length);
  });
});
