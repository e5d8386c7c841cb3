import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Diagnosis, publishNarrowing } from './publish-narrowing.ts';
import type { OutgoingMessage } from './publisher.ts';

const message = (topic: string, key: string, value: string): OutgoingMessage => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: [],
});

/** A broker that refuses some values and some topics, and writes what it was sent up to the first refusal. */
class Broker {
  readonly log: OutgoingMessage[] = [];
  attempts = 0;
  readonly refused: ReadonlySet<string>;
  readonly unknown: ReadonlySet<string>;
  readonly silentFrom: number;

  constructor(refused: ReadonlySet<string>, unknown: ReadonlySet<string>, silentFrom = Number.POSITIVE_INFINITY) {
    this.refused = refused;
    this.unknown = unknown;
    this.silentFrom = silentFrom;
  }

  readonly attempt = async (messages: readonly OutgoingMessage[]): Promise<void> => {
    this.attempts += 1;
    if (this.attempts >= this.silentFrom) throw new Error('brokers');
    for (const each of messages) {
      if (this.unknown.has(each.topic)) throw new Error('topic');
      if (this.refused.has(each.value.toString())) throw new Error('message');
      this.log.push(each);
    }
  };
}

const diagnose = (error: unknown): Diagnosis => {
  const { message: kind } = error as Error & { message: Diagnosis['kind'] };
  return { kind, mayBeWritten: kind === 'brokers', error: error as Error };
};

const messages = fc.array(fc.record({ topic: fc.constantFrom('s', 't', 'u'), key: fc.constantFrom('a', 'b', 'c') }), {
  minLength: 1,
  maxLength: 24,
});

describe('publishNarrowing', () => {
  test('answers each message rightly: written, refused itself, after a refused one of its key, or of a refused topic', async () => {
    await fc.assert(
      fc.asyncProperty(
        messages,
        fc.func(fc.boolean()),
        fc.subarray(['s', 't', 'u'], { maxLength: 1 }),
        async (drawn, isRefused, gone) => {
          const batch = drawn.map(({ topic, key }, n) => message(topic, key, String(n)));
          const refused = new Set(batch.map(({ value }) => value.toString()).filter((value) => isRefused(value)));
          const broker = new Broker(refused, new Set(gone));
          const results = await publishNarrowing(batch, broker.attempt, diagnose);
          const failed = new Set<string>();
          for (const [n, { topic, key, value }] of batch.entries()) {
            const result = results[n];
            const name = `${topic}/${key}`;
            const kind = result?.ok === false ? result.kind : undefined;
            if (gone.includes(topic)) expect(kind).toMatch(/^(topic|predecessor)$/);
            else if (failed.has(name)) expect(kind).toBe('predecessor');
            else if (refused.has(value.toString())) expect(kind).toBe('message');
            else expect(result).toEqual({ ok: true });
            if (kind !== undefined) failed.add(name);
          }
          // First copies of a key are in order, and exactly the messages answered as written are on the log.
          const first = [...new Set(broker.log)];
          for (const ofKey of Map.groupBy(first, ({ topic, key }) => `${topic}/${key}`).values()) {
            const numbers = ofKey.map(({ value }) => Number(value));
            expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          }
          for (const [n, each] of batch.entries()) {
            if (results[n]?.ok === true) expect(broker.log).toContain(each);
          }
        },
      ),
    );
  });

  test('brokers that fall silent end the search: one more attempt at most', async () => {
    const batch = Array.from({ length: 16 }, (_, n) => message('s', String(n), String(n)));
    const broker = new Broker(new Set(['3']), new Set(), 2);
    const results = await publishNarrowing(batch, broker.attempt, diagnose);
    expect(broker.attempts).toBe(2);
    expect(results.every((result) => !result.ok && result.kind === 'brokers' && result.mayBeWritten)).toBe(true);
  });

  test('one message at fault among many costs a logarithm of attempts', async () => {
    const batch = Array.from({ length: 1_024 }, (_, n) => message('s', String(n), String(n)));
    const broker = new Broker(new Set(['700']), new Set());
    const results = await publishNarrowing(batch, broker.attempt, diagnose);
    expect(results.filter(({ ok }) => !ok)).toHaveLength(1);
    expect(broker.attempts).toBeLessThanOrEqual(21);
  });
});
