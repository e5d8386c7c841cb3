import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FailureKind, PublishResult } from '../../publisher/publisher.ts';
import { Outbound, type OutboundOptions } from './outbound.ts';

interface Item {
  readonly lane: { alive: boolean };
  readonly topic: string;
  readonly key: string;
  readonly bytes: number;
  readonly seq: number;
}

const nameOf = ({ topic, key }: Item): string => `${topic}/${key}`;
const tight: OutboundOptions = {
  backoff: { firstMs: 2, maxMs: 8 },
  maxHeld: 3,
  maxHeldKeys: 2,
  parkAfter: Number.POSITIVE_INFINITY,
  random: () => 0.5,
};

/** A reader that reads again what was handed back, and a topic that answers as the script says. */
class Relay {
  readonly outbound: Outbound<Item>;
  readonly lane = { alive: true };
  readonly published: Item[] = [];
  readonly deferred = new Map<string, Item[]>();
  /** Rows the next read finds: what was never read, and what was recalled. */
  unread: Item[] = [];
  written = 0;
  now = 0;

  constructor(options: OutboundOptions) {
    this.outbound = new Outbound(options);
  }

  write(topic: string, key: string): void {
    this.written += 1;
    this.unread.push({ lane: this.lane, topic, key, bytes: 10, seq: this.written });
  }

  read(limit: number): void {
    const { handedBack, over } = this.outbound.recall();
    for (const { hold, item } of handedBack) {
      this.deferred.set(hold, [...(this.deferred.get(hold) ?? []), item]);
    }
    for (const hold of over) {
      this.unread.push(...(this.deferred.get(hold) ?? []));
      this.deferred.delete(hold);
    }
    this.unread.sort((a, b) => a.seq - b.seq);
    this.outbound.add(this.unread.splice(0, limit));
  }

  send(limit: number, failure: (item: Item, n: number) => FailureKind | undefined): void {
    const batch = this.outbound.take(this.now, { maxMessages: limit, maxBytes: 1_000 });
    if (batch.length === 0) {
      return;
    }
    const failedKeys = new Set<string>();
    const results = batch.map((item, n): PublishResult => {
      const kind = failedKeys.has(nameOf(item)) ? 'predecessor' : failure(item, n);
      if (kind === undefined) {
        return { ok: true };
      }
      failedKeys.add(nameOf(item));
      return { ok: false, kind, mayBeWritten: true, error: new Error(kind) };
    });
    this.published.push(...this.outbound.settle(batch, results, this.now));
  }

  settleEverything(): void {
    for (let round = 0; round < 50 + 10 * this.written; round += 1) {
      this.now += 10;
      this.read(4);
      this.send(4, () => undefined);
    }
  }
}

const kinds = fc.constantFrom<FailureKind | undefined>(
  undefined,
  undefined,
  undefined,
  'brokers',
  'partition',
  'topic',
  'message',
);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      topic: fc.constantFrom('s', 't'),
      key: fc.constantFrom('a', 'b', 'c'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      limit: fc.integer({ min: 1, max: 5 }),
      kinds: fc.array(kinds, { minLength: 5, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 10 }) }) },
);

describe('Outbound', () => {
  test('every key leaves in its order and completely, whatever fails and however little may be held', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 10, maxLength: 200, size: 'max' }),
        fc.constantFrom(tight, { ...tight, maxHeld: 1_000, maxHeldKeys: 1_000 }),
        (steps, options) => {
          const relay = new Relay(options);
          for (const each of steps) {
            if (each.do === 'write') {
              relay.write(each.topic, each.key);
            } else if (each.do === 'read') {
              relay.read(each.limit);
            } else if (each.do === 'send') {
              relay.send(each.limit, (_, n) => each.kinds[n % 5]);
            } else {
              relay.now += each.ms;
            }
          }
          relay.settleEverything();
          for (const items of Map.groupBy(relay.published, nameOf).values()) {
            const seqs = items.map(({ seq }) => seq);
            expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
          }
          expect(relay.published.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: relay.written }, (_, n) => n + 1),
          );
          expect(relay.outbound.count).toBe(0);
          expect(relay.outbound.bytes).toBe(0);
          expect(relay.outbound.holds()).toEqual([]);
          expect(relay.outbound.nextDue()).toBeUndefined();
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('a refused message stops its key alone, an unknown topic itself alone, silent brokers everything', () => {
    const relay = new Relay({ ...tight, maxHeld: 100, maxHeldKeys: 100 });
    for (const [topic, key] of [
      ['s', 'a'],
      ['s', 'b'],
      ['t', 'a'],
      ['s', 'a'],
      ['t', 'b'],
      ['s', 'b'],
    ] as const) {
      relay.write(topic, key);
    }
    relay.read(6);
    relay.send(6, ({ topic, key }) => (topic === 't' ? 'topic' : key === 'a' ? 'message' : undefined));
    expect(relay.published.map(({ seq }) => seq)).toEqual([2, 6]);
    expect(relay.outbound.holds().map(({ topic, key }) => [topic, key])).toEqual([
      ['s', 'a'],
      ['t', undefined],
    ]);
    relay.write('s', 'b');
    relay.write('t', 'c');
    relay.write('s', 'a');
    relay.read(3);
    relay.send(9, () => undefined);
    expect(relay.published.map(({ seq }) => seq)).toEqual([2, 6, 7]);
    relay.now += 10;
    relay.send(9, () => 'brokers');
    expect(relay.outbound.brokerFailures).toBe(1);
    expect(relay.outbound.take(relay.now, { maxMessages: 9, maxBytes: 1_000 })).toEqual([]);
    relay.settleEverything();
    expect(relay.published.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('a suspended topic with a large backlog takes no more memory than it may', () => {
    const relay = new Relay({ ...tight, maxHeld: 100, maxHeldKeys: 10 });
    for (let n = 0; n < 5_000; n += 1) {
      relay.write(n % 2 === 0 ? 's' : 't', `k${n % 7}`);
    }
    for (let n = 0; n < 1_000; n += 1) {
      relay.read(10);
      relay.send(10, ({ topic }) => (topic === 't' ? 'topic' : undefined));
      relay.now += 1;
    }
    expect(relay.published.filter(({ topic }) => topic === 's')).toHaveLength(2_500);
    expect(relay.outbound.count).toBeLessThanOrEqual(110);
    relay.settleEverything();
    expect(relay.published).toHaveLength(5_000);
  });

  test('many suspended topics, each with more than a batch, take no more memory than they may: others go on', () => {
    const relay = new Relay({ ...tight, maxHeld: 100, maxHeldKeys: 10 });
    for (let topic = 0; topic < 20; topic += 1) {
      for (let n = 0; n < 50; n += 1) relay.write(`suspended ${topic}`, `k${n}`);
    }
    for (let n = 0; n < 50; n += 1) relay.write('open', `k${n}`);
    for (let round = 0; relay.unread.length > 0 && round < 1_000; round += 1) {
      // As a relay reads: what there is room for.
      relay.read(Math.max(0, 150 - relay.outbound.count));
      relay.send(50, ({ topic }) => (topic === 'open' ? undefined : 'topic'));
      relay.now += 1;
    }
    relay.send(50, ({ topic }) => (topic === 'open' ? undefined : 'topic'));
    expect(relay.published).toHaveLength(50);
    relay.settleEverything();
    expect(relay.published).toHaveLength(1_050);
  });

  test('what a lost lane brought is gone, and its answers count for nothing but themselves', () => {
    const relay = new Relay(tight);
    relay.write('s', 'a');
    relay.write('s', 'a');
    relay.read(2);
    relay.send(1, () => 'message');
    relay.lane.alive = false;
    relay.outbound.dropDeadLanes();
    expect(relay.outbound.count).toBe(0);
    relay.now += 100;
    expect(relay.outbound.take(relay.now, { maxMessages: 5, maxBytes: 1_000 })).toEqual([]);
    expect(relay.outbound.holds()).toEqual([]);
  });
});
