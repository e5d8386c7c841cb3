import { randomInt } from 'node:crypto';
import type { EventDefinition } from '../../event/define-event.ts';
import type { Publisher, PublishResult } from '../../publisher/publisher.ts';
import { toRecord } from '../../relay/sending/record.ts';
import type { Subscriber } from '../../subscriber/index.ts';
import { encode, type MessageInput } from '../../writer/encode.ts';
import { type Chance, chanceOf } from '../chance.ts';
import type { ArrivedMessage } from '../history/history.ts';
import { Crossing, type Lane } from './crossing.ts';
import { type Delivery, Groups } from './group.ts';
import { type LandedMessage, Log } from './log.ts';

/** How a virtual broker behaves. */
export interface VirtualBrokerOptions {
  /** A whole number. The same seed makes the same choices in the same order. Default: another one each time, which is printed. */
  readonly seed?: number;
  /** Of every topic. Default 3. */
  readonly partitions?: number;
  /** How many of the messages get a copy later, from 0 to 1. Default 0.2. */
  readonly copies?: number;
  /** How many of the messages and copies are late, by up to 50 steps, from 0 to 1. Default 0.2. */
  readonly delays?: number;
  /** The most messages handed over in one step. Default 5. */
  readonly maxFetch?: number;
}

/** What a step did. */
export type BrokerStep =
  /** A message got its offset, and can be read from now on. */
  | { readonly kind: 'landed'; readonly message: LandedMessage }
  /** One that had its offset before got another one. */
  | { readonly kind: 'copied'; readonly message: LandedMessage }
  /** Messages of a partition were handed to whoever owns it. */
  | ({ readonly kind: 'delivered' } & Delivery);

/** Stands in for Kafka in a test: in memory, and nothing happens but by a step. */
export interface VirtualBroker {
  /** With which it does the same again. */
  readonly seed: number;
  /** For `createRelay`. It answers at once; the messages are under way then, and land by steps. */
  readonly publisher: Publisher;
  /** For `createConsumer`. Partitions are given out at once, messages are handed over by steps. */
  readonly subscriber: Subscriber;
  /**
   * Puts an event under way as a relay would publish it, for a test without a relay.
   *
   * @throws EventInvalidError, MessageTooLargeError as `write` does
   */
  send<Data>(
    event: EventDefinition<string, Data>,
    data: NoInfer<Data>,
    options?: Omit<MessageInput<never>, 'data'> & { readonly time?: Date },
  ): Promise<{ readonly id: string }>;
  /** Does the next thing, chosen by chance among what can happen. Undefined when nothing can. */
  step(): BrokerStep | undefined;
  /** Keeps what is under way of one key, while others go on, until `release`. */
  hold(lane: Lane): void;
  /** Lets go on what `hold` kept. */
  release(lane: Lane): void;
  /** The next so many sends are carried out, and their answers are lost: a relay sends again. */
  loseAnswers(sends: number): void;
  /** How many messages are under way. */
  readonly underWay: number;
  /** What lies on a topic, one partition after the other. */
  landed(topic: string): readonly LandedMessage[];
  /** The same for `checkHistory`. */
  arrived(topic: string): ArrivedMessage[];
  /** The topics that somebody subscribed to. */
  subscribed(): readonly string[];
}

/**
 * Makes a broker in memory for tests of handlers: the consumer, its inbox and Postgres are the real ones, so is the relay.
 *
 * What it has of Kafka: messages of a key keep their order and lie in one partition, chosen as Kafka's own client does;
 * offsets grow by one; members of a group share the partitions; after a partition changed hands it is silent until sought;
 * copies come later than what they are copies of, at other offsets. What it has not: brokers that fail, elections, members
 * that believe in what they lost, transactions, compaction, removal of old messages, limits, rights, and time. What depends
 * on these is proven against Kafka alone.
 *
 * @example
 * const broker = virtualBroker({ seed: 42 });
 * const orderId = '0190f5fe-7c00-7a00-8000-000000000000';
 * await broker.send(OrderPlaced, { orderId, totalMinor: '1999' });
 * console.log(broker.step()?.kind); // landed
 */
export function virtualBroker({
  seed = drawSeed(),
  partitions = 3,
  copies = 0.2,
  delays = 0.2,
  maxFetch = 5,
}: VirtualBrokerOptions = {}): VirtualBroker {
  if (!Number.isInteger(partitions) || partitions < 1 || !Number.isInteger(maxFetch) || maxFetch < 1) {
    throw new TypeError('partitions and maxFetch must be whole numbers, 1 or more');
  }
  const chance = chanceOf(seed);
  const log = new Log(partitions);
  const groups = new Groups(log);
  const crossing = new Crossing();
  const toCopy: { readonly original: LandedMessage; readonly due: number }[] = [];
  // When something is sent is up to a relay: it must not change what the steps choose.
  const lateness = chance.fork();
  let lostAnswers = 0;
  let sent = 0;
  let steps = 0;

  const dueBy = (drawn: Chance): number => (drawn.often(delays) ? steps + drawn.between(1, LATE_STEPS) : steps);

  const land = (name: string): BrokerStep => {
    const message = log.append(crossing.take(name));
    if (chance.often(copies)) toCopy.push({ original: message, due: dueBy(chance) });
    return { kind: 'landed', message };
  };
  const copy = (planned: (typeof toCopy)[number]): BrokerStep => {
    toCopy.splice(toCopy.indexOf(planned), 1);
    return { kind: 'copied', message: log.append(planned.original) };
  };
  /** What can happen, by kind. */
  const possible = (step: number): (() => BrokerStep)[][] => [
    crossing.ready(step).map((name) => () => land(name)),
    toCopy.filter(({ due }) => due <= step).map((planned) => () => copy(planned)),
    groups.deliverable().map((place) => (): BrokerStep => {
      return { kind: 'delivered', ...place.deliver(chance.between(1, maxFetch)) };
    }),
  ];

  return {
    seed,
    publisher: {
      async publish(messages) {
        const lost = lostAnswers > 0;
        if (lost) lostAnswers -= 1;
        return messages.map((message): PublishResult => {
          crossing.add(message, dueBy(lateness));
          return lost ? answerLost() : { ok: true };
        });
      },
      close: async () => {},
    },
    subscriber: { subscribe: (request) => groups.join(request) },
    async send(event, data, { time = new Date(), ...input } = {}) {
      const { id, topic, key, type, headers, payload } = await encode(event, { data, ...input }, MAX_MESSAGE_BYTES);
      sent += 1;
      const stored = { shard: 0, seq: sent, id, topic, key, type, source: '/virtual', headers, payload };
      crossing.add(toRecord({ ...stored, micros: time.getTime() * 1_000 }), dueBy(lateness));
      return { id };
    },
    step() {
      steps += 1;
      // When nothing else can happen, what is late comes.
      const next = oneOf(chance, possible(steps)) ?? oneOf(chance, possible(Number.POSITIVE_INFINITY));
      return next?.();
    },
    hold: (lane) => crossing.hold(lane),
    release: (lane) => crossing.release(lane),
    loseAnswers(sends) {
      lostAnswers = sends;
    },
    get underWay() {
      return crossing.size;
    },
    landed: (topic) => log.all(topic),
    arrived: (topic) =>
      log.all(topic).map(({ partition, key, value, headers }) => ({
        ...{ topic, partition, key: String(key), value: String(value ?? '') },
        id: String(headers.find(([name]) => name === 'ce_id')?.[1] ?? ''),
      })),
    subscribed: () => groups.topics(),
  };
}

/** The latest that something late comes, in steps after it could have come. */
const LATE_STEPS = 50;

function drawSeed(): number {
  const seed = randomInt(2 ** 31);
  process.stderr.write(`virtualBroker({ seed: ${seed} })\n`);
  return seed;
}

/** As `createOutbox` has it. */
const MAX_MESSAGE_BYTES = 1_000_000;

const answerLost = (): PublishResult => ({
  ok: false,
  kind: 'brokers',
  mayBeWritten: true,
  error: new Error('the virtual broker lost its answer'),
});

/** First what kind of thing, then which: many keys under way do not keep what landed from being read. */
function oneOf<T>(chance: Chance, kinds: readonly (readonly T[])[]): T | undefined {
  const possible = kinds.filter((choices) => choices.length > 0);
  return possible.length === 0 ? undefined : chance.pick(chance.pick(possible));
}
