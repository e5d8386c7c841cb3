import { setImmediate as soon } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeMessage } from '../../consumer/message/decode.ts';
import type { OutgoingMessage } from '../../publisher/publisher.ts';
import type { FetchedRange, Subscription, TopicPartition } from '../../subscriber/index.ts';
import { noted } from '../fixtures/outbox/events.ts';
import { checkHistory } from '../history/check-history.ts';
import { oneAfterTheOther } from '../history/history.ts';
import { type BrokerStep, type VirtualBroker, type VirtualBrokerOptions, virtualBroker } from './virtual-broker.ts';

const TOPIC = 't';
const Noted = noted(TOPIC);
const someSeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const outgoing = (key: string, id: string): OutgoingMessage => ({
  topic: TOPIC,
  key: Buffer.from(key),
  value: Buffer.from(id),
  headers: [['ce_id', Buffer.from(id)]],
});

/** The n-th message has the key whose turn it is. */
const messages = (count: number, keys = 3) =>
  Array.from({ length: count }, (_, n) => ({ id: `${n}`, topic: TOPIC, key: `k${n % keys}`, value: `${n}` }));

const send = (broker: VirtualBroker, sent: readonly { id: string; key: string }[]) =>
  broker.publisher.publish(sent.map(({ key, id }) => outgoing(key, id)));

function allSteps(broker: VirtualBroker): BrokerStep[] {
  const steps: BrokerStep[] = [];
  for (let step = broker.step(); step !== undefined; step = broker.step()) steps.push(step);
  return steps;
}

/** A member of a group that reads whatever it is given from its beginning, or from where it is told. */
function join(broker: VirtualBroker, groupId = 'g', from: bigint | null = 0n) {
  const ranges: FetchedRange[] = [];
  const assignments: (readonly TopicPartition[])[] = [];
  const outOfRange: TopicPartition[] = [];
  const subscription: Subscription = broker.subscriber.subscribe({
    groupId,
    topics: [TOPIC],
    listener: {
      assigned: (owned) => {
        assignments.push(owned);
        if (from !== null) for (const partition of owned) subscription.seek(partition, from);
      },
      received: (range) => ranges.push(range),
      outOfRange: (partition) => outOfRange.push(partition),
      lost: () => {},
    },
  });
  const read = (partition: number) =>
    ranges.filter((range) => range.partition === partition).flatMap((range) => range.messages);
  return { subscription, ranges, assignments, outOfRange, read };
}

/** What this process writes to standard error goes to a function instead. */
function printing(to: (text: string) => void): Disposable {
  const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    to(String(text));
    return true;
  });
  return { [Symbol.dispose]: () => spy.mockRestore() };
}

describe('a virtual broker', () => {
  test('lands every message, those of a key in order and in one partition, with copies after what they are copies of', async () => {
    await fc.assert(
      fc.asyncProperty(someSeed, async (seed) => {
        const broker = virtualBroker({ seed, copies: 0.5 });
        const sent = messages(30);
        await send(broker, sent);
        const steps = allSteps(broker);
        expect(checkHistory({ ...oneAfterTheOther(sent), arrived: broker.arrived(TOPIC) })).toEqual([]);
        const copies = steps.filter(({ kind }) => kind === 'copied').length;
        expect(broker.landed(TOPIC).length).toBe(sent.length + copies);
        for (const partition of [0, 1, 2]) {
          const offsets = broker.landed(TOPIC).flatMap((each) => (each.partition === partition ? each.offset : []));
          expect(offsets).toEqual(offsets.map((_, n) => BigInt(n)));
        }
      }),
    );
  });

  test('lets keys overtake each other, and makes copies, for most seeds', async () => {
    let overtaken = 0;
    let copied = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const broker = virtualBroker({ seed });
      await send(broker, messages(20));
      const landed = allSteps(broker).flatMap((step) => (step.kind === 'landed' ? Number(step.message.value) : []));
      if (landed.some((n, place) => n < (landed[place - 1] ?? 0))) overtaken += 1;
      if (broker.landed(TOPIC).length > 20) copied += 1;
    }
    expect(overtaken).toBeGreaterThan(15);
    expect(copied).toBeGreaterThan(15);
  });

  test('makes some late: a key is passed by more of another, and a copy comes after more, than without', async () => {
    const longest = async (options: VirtualBrokerOptions) => {
      const broker = virtualBroker({ partitions: 1, ...options });
      await send(broker, messages(60, 2));
      const landed = allSteps(broker).flatMap((step) => (step.kind === 'delivered' ? [] : [step]));
      const keys = landed.flatMap(({ kind, message }) => (kind === 'landed' ? String(message.key) : []));
      let [run, passed, after] = [0, 0, 0];
      for (const [place, key] of keys.entries()) {
        run = key === keys[place - 1] ? run + 1 : 1;
        // The last of a key has nobody left to pass it by.
        if (keys.slice(place).includes(key === 'k0' ? 'k1' : 'k0')) passed = Math.max(passed, run);
      }
      for (const [place, { kind, message }] of landed.entries()) {
        const first = landed.findIndex((step) => String(step.message.value) === String(message.value));
        if (kind === 'copied') after = Math.max(after, place - first);
      }
      return { passed, after };
    };
    const altogether = async (delays: number) => {
      const sum = { passed: 0, after: 0 };
      for (let seed = 0; seed < 20; seed += 1) {
        const { passed, after } = await longest({ seed, delays, copies: 0.5 });
        sum.passed += passed;
        sum.after += after;
      }
      return sum;
    };
    const [late, prompt] = [await altogether(0.2), await altogether(0)];
    expect(late.passed).toBeGreaterThan(1.5 * prompt.passed);
    expect(late.after).toBeGreaterThan(2 * prompt.after);
  });

  test('has a seed of its own where none is given, prints it, and does the same with it again', async () => {
    const printed: string[] = [];
    using _ = printing((text) => printed.push(text));
    const [one, two] = [virtualBroker(), virtualBroker()];
    expect(one.seed).not.toBe(two.seed);
    expect(printed).toEqual([`virtualBroker({ seed: ${one.seed} })\n`, `virtualBroker({ seed: ${two.seed} })\n`]);
    const again = virtualBroker({ seed: one.seed });
    expect(printed).toHaveLength(2);
    for (const broker of [one, again]) {
      await send(broker, messages(20));
      allSteps(broker);
    }
    expect(again.landed(TOPIC)).toEqual(one.landed(TOPIC));
  });

  test('does the same for the same seed', async () => {
    const stepsOf = async (seed: number): Promise<string> => {
      const broker = virtualBroker({ seed });
      join(broker);
      await soon();
      await send(broker, messages(20));
      return JSON.stringify(allSteps(broker), (_, value) => (typeof value === 'bigint' ? String(value) : value));
    };
    expect(await stepsOf(7)).toBe(await stepsOf(7));
    expect(await stepsOf(7)).not.toBe(await stepsOf(8));
  });

  test('keeps what is held of one key, and lets the others go', async () => {
    const broker = virtualBroker({ seed: 1, copies: 0 });
    broker.hold({ topic: TOPIC, key: 'k1' });
    await send(broker, messages(9));
    allSteps(broker);
    expect(broker.arrived(TOPIC).filter(({ key }) => key === 'k1')).toEqual([]);
    expect([broker.arrived(TOPIC).length, broker.underWay]).toEqual([6, 3]);
    broker.release({ topic: TOPIC, key: 'k1' });
    allSteps(broker);
    expect([broker.arrived(TOPIC).length, broker.underWay]).toEqual([9, 0]);
  });

  test('carries out a send whose answer it loses, and only so many', async () => {
    const broker = virtualBroker({ seed: 1, copies: 0 });
    broker.loseAnswers(1);
    const lost = { ok: false, kind: 'brokers', mayBeWritten: true };
    expect(await send(broker, messages(2))).toEqual([expect.objectContaining(lost), expect.objectContaining(lost)]);
    expect(await send(broker, messages(2))).toEqual([{ ok: true }, { ok: true }]);
    allSteps(broker);
    expect(broker.arrived(TOPIC).length).toBe(4);
  });

  test('sends an event as a relay would publish it, and refuses what a writer would', async () => {
    const broker = virtualBroker({ seed: 1 });
    const time = new Date('2026-01-02T03:04:05.678Z');
    const { id } = await broker.send(Noted, { key: 'k', n: 1 }, { time, headers: { tenant: 'a' } });
    allSteps(broker);
    const [message] = broker.landed(TOPIC);
    expect(message && decodeMessage(message)).toMatchObject({
      kind: 'event',
      envelope: { id, type: 'test.noted', time: '2026-01-02T03:04:05.678000Z', headers: { tenant: 'a' } },
    });
    expect([String(message?.key), JSON.parse(String(message?.value))]).toEqual(['k', { key: 'k', n: 1 }]);
    await expect(broker.send(Noted, { key: 'k', n: 0.5 })).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    expect(broker.underWay).toBe(0);
  });
});

describe('a member of a group of a virtual broker', () => {
  test('is handed all that landed while it went on landing, without a hole, in ranges of the size allowed', async () => {
    await fc.assert(
      fc.asyncProperty(someSeed, fc.integer({ min: 1, max: 4 }), async (seed, maxFetch) => {
        const broker = virtualBroker({ seed, maxFetch });
        const member = join(broker);
        await soon();
        await send(broker, messages(30));
        const kinds = allSteps(broker).map(({ kind }) => kind);
        expect(kinds.indexOf('delivered')).toBeLessThan(kinds.lastIndexOf('landed'));
        for (const partition of [0, 1, 2]) {
          const there = broker.landed(TOPIC).filter((each) => each.partition === partition);
          expect(member.read(partition)).toEqual(there);
        }
        expect(Math.max(...member.ranges.map((range) => range.messages.length))).toBeLessThanOrEqual(maxFetch);
      }),
    );
  });

  test('hears nothing before it has the subscription, and is silent until it seeks', async () => {
    const broker = virtualBroker({ seed: 1, copies: 0 });
    await send(broker, messages(9));
    const member = join(broker, 'g', null);
    expect(member.assignments).toEqual([]);
    await soon();
    expect(member.assignments.map((owned) => owned.length)).toEqual([3]);
    allSteps(broker);
    expect(member.ranges).toEqual([]);
    member.subscription.seek({ topic: TOPIC, partition: 0 }, 0n);
    allSteps(broker);
    expect(new Set(member.ranges.map(({ partition }) => partition))).toEqual(new Set([0]));
  });

  test('shares the partitions with others of its group and none with those of another, until they leave', async () => {
    const broker = virtualBroker({ seed: 1, copies: 0 });
    const [one, two, elsewhere] = [join(broker), join(broker), join(broker, 'another')];
    await soon();
    const ownedBy = ({ assignments }: typeof one) => (assignments.at(-1) ?? []).map(({ partition }) => partition);
    expect([...ownedBy(one), ...ownedBy(two)].toSorted()).toEqual([0, 1, 2]);
    expect([ownedBy(one).length, ownedBy(elsewhere).length]).toEqual([2, 3]);
    await send(broker, messages(9));
    allSteps(broker);
    expect([...one.ranges, ...two.ranges].flatMap((range) => range.messages).length).toBe(9);
    expect(elsewhere.ranges.flatMap((range) => range.messages).length).toBe(9);

    await two.subscription.close();
    await soon();
    expect(ownedBy(one)).toEqual([0, 1, 2]);
    const before = two.ranges.length;
    two.subscription.seek({ topic: TOPIC, partition: 1 }, 0n);
    allSteps(broker);
    expect(two.ranges.length).toBe(before);
    expect(new Set(one.read(1).map(({ offset }) => offset)).size).toBe(
      broker.landed(TOPIC).filter(({ partition }) => partition === 1).length,
    );
  });

  test('reads again from where it seeks, waits where it pauses, and is told of an offset that is not there', async () => {
    const broker = virtualBroker({ seed: 1, copies: 0, partitions: 1 });
    const partition = { topic: TOPIC, partition: 0 };
    const member = join(broker);
    await soon();
    await send(broker, messages(6));
    allSteps(broker);
    member.subscription.seek(partition, 4n);
    allSteps(broker);
    expect(member.read(0).map(({ offset }) => Number(offset))).toEqual([0, 1, 2, 3, 4, 5, 4, 5]);

    member.subscription.pause(partition);
    await send(broker, messages(2));
    allSteps(broker);
    expect(member.read(0).length).toBe(8);
    member.subscription.resume(partition);
    allSteps(broker);
    expect(member.read(0).length).toBe(10);

    member.subscription.seek(partition, 9n);
    expect(member.outOfRange).toEqual([]);
    await soon();
    expect(member.outOfRange).toEqual([partition]);
    await send(broker, messages(2));
    allSteps(broker);
    expect(member.read(0).length).toBe(10);
  });

  test('knows the ends of its topic', async () => {
    const broker = virtualBroker({ seed: 1, copies: 0, partitions: 1 });
    const { subscription } = join(broker);
    await send(broker, messages(4));
    expect(await subscription.offsets(TOPIC)).toEqual(new Map([[0, { earliest: 0n, latest: 0n }]]));
    allSteps(broker);
    expect(await subscription.offsets(TOPIC)).toEqual(new Map([[0, { earliest: 0n, latest: 4n }]]));
  });
});
