import type { PublishResult } from '../../publisher/publisher.ts';
import { type Backoff, backoffMs } from '../../subscriber/backoff.ts';
import { type Failure, failuresOf, type Outgoing } from './failures.ts';
import { type Hold, type HoldStatus, Holds } from './hold.ts';
import { Refusals } from './refusals.ts';

export interface OutboundOptions {
  readonly backoff: Backoff;
  /** Messages all holds together keep in memory, about; more are handed back. */
  readonly maxHeld: number;
  /** Keys of one topic that may wait on their own; with more, the topic waits. */
  readonly maxHeldKeys: number;
  /** A key of which a message was refused so often is parked. */
  readonly parkAfter: number;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

/** What to read again, and what to remember for later. To be used up before the next read is planned. */
export interface Recall<Item> {
  readonly handedBack: readonly { readonly hold: string; readonly item: Item }[];
  /** Names of holds that are over: what was handed back under them is wanted again, with the next read. */
  readonly over: readonly string[];
}

/** A key that is not sent any more, with all of its messages that are in memory. */
export interface ParkedHold<Item> {
  readonly topic: string;
  readonly key: string;
  readonly error: Error;
  readonly items: readonly Item[];
}

/**
 * What is sent next, and what has to wait for what. It keeps one promise: messages of one topic and key leave in the
 * order they came in, whatever fails. It does no I/O and reads no clock: times are milliseconds the caller gives.
 *
 * Trouble has a scope. A refused message, or a partition without a leader, makes its key wait; a topic that is unknown
 * makes the topic wait; brokers that do not answer make everything wait. The rest goes on. A key whose message is refused
 * again and again is given out to be parked. When much waits, it is handed back and read again later, so that memory stays
 * free for what can be sent.
 */
export class Outbound<Item extends Outgoing> {
  #ready: Item[] = [];
  readonly #holds = new Holds<Item>();
  readonly #refusals: Refusals;
  #handedBack: { hold: string; item: Item }[] = [];
  #parked: ParkedHold<Item>[] = [];
  /** Names of holds that were parked; what they handed back is read again, to be parked as well. */
  #parkedHolds: string[] = [];
  #count = 0;
  #bytes = 0;
  #brokerFailures = 0;
  #brokersDue = 0;
  readonly #options: OutboundOptions;

  constructor(options: OutboundOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.parkAfter);
  }

  /** Messages in memory, those in flight included. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Failures in a row of the brokers as a whole; 0 when they answer. */
  get brokerFailures(): number {
    return this.#brokerFailures;
  }

  holds(): HoldStatus[] {
    return this.#holds.all().map(({ topic, key, failures, error }) => ({ topic, key, failures, error }));
  }

  /** Takes messages in, in the order they were read. */
  add(items: readonly Item[]): void {
    for (const item of items) {
      this.#ready.push(item);
      this.#count += 1;
      this.#bytes += item.bytes;
    }
  }

  /** The next batch, empty when nothing may be sent now. It must be settled before the next is taken. */
  take(now: number, { maxMessages, maxBytes }: { maxMessages: number; maxBytes: number }): Item[] {
    const batch: Item[] = [];
    if (now < this.#brokersDue) {
      return batch;
    }
    let bytes = 0;
    const fits = (item: Item): boolean => {
      if (batch.length > 0 && (batch.length >= maxMessages || bytes + item.bytes > maxBytes)) {
        return false;
      }
      batch.push(item);
      bytes += item.bytes;
      return true;
    };
    for (const hold of this.#holds.all().filter(({ due }) => due <= now)) {
      const first = hold.items.findIndex((item) => !fits(item));
      const count = first === -1 ? hold.items.length : first;
      hold.items = hold.items.slice(count);
      hold.tried = count > 0;
    }
    let held = this.#holds.all().reduce((count, { items }) => count + items.length, 0);
    let next = 0;
    for (; next < this.#ready.length; next += 1) {
      const item = this.#ready[next] as Item;
      const hold = this.#holds.of(item);
      if (hold !== undefined) {
        held += this.#keep(hold, item, held);
      } else if (!fits(item)) {
        break;
      }
    }
    this.#ready = this.#ready.slice(next);
    return batch;
  }

  /** Takes in what became of a batch. Answers the messages that are published. */
  settle(batch: readonly Item[], results: readonly PublishResult[], now: number): Item[] {
    const done = batch.filter((_, n) => results[n]?.ok);
    const lost = batch.filter((item, n) => !results[n]?.ok && !item.lane.alive);
    const failed = failuresOf(batch, results);
    this.#forget(done);
    this.#forget(lost);
    // Brokers of which some answer are a matter of the partitions they lead, so of their keys.
    const brokersAway = done.length === 0 && failed.some(({ kind }) => kind === 'brokers');
    this.#brokerFailures = brokersAway ? this.#brokerFailures + 1 : 0;
    this.#brokersDue = brokersAway ? now + this.#waitAfter(this.#brokerFailures) : 0;

    const back: Item[] = [];
    const failedOf = Map.groupBy(failed, ({ item }) => item.topic);
    const topics = new Set(failedOf.keys());
    for (const { tried, topic } of this.#holds.all()) {
      if (tried) topics.add(topic);
    }
    for (const topic of topics) {
      const failures = failedOf.get(topic) ?? [];
      const answered = done.some((item) => item.topic === topic);
      this.#settleTopic(topic, failures, { answered, brokersAway, now, back });
    }
    this.#ready = [...back, ...this.#ready];
    for (const { item } of this.#refusals.count(done, failed, (refused) => this.#holds.ofKey(refused) !== undefined)) {
      const hold = this.#holds.ofKey(item);
      if (hold !== undefined) this.#park(hold, item.key);
    }
    this.#trim();
    return done;
  }

  /** Keys to be parked, once. Nothing of them is in memory any more; what comes in later must not be added. */
  takeParked(): ParkedHold<Item>[] {
    const parked = this.#parked;
    this.#parked = [];
    return parked;
  }

  /** When `take` may have something again; undefined when only more messages can change that. */
  nextDue(): number | undefined {
    const dues = this.#holds.all().flatMap(({ items, due }) => (items.length > 0 ? [due] : []));
    if (this.#ready.length > 0) {
      dues.push(0);
    }
    return dues.length === 0 ? undefined : Math.max(this.#brokersDue, Math.min(...dues));
  }

  recall(): Recall<Item> {
    const over = this.#holds.all().filter((hold) => hold.over);
    if (over.length > 0) {
      // What is ready came in while they were held: it has to come in again, behind what was handed back before.
      const staying: Item[] = [];
      for (const item of this.#ready) {
        const hold = this.#holds.of(item);
        if (hold?.over) {
          this.#handBack(hold, item);
        } else {
          staying.push(item);
        }
      }
      this.#ready = staying;
      for (const hold of over) {
        this.#holds.remove(hold);
      }
    }
    const handedBack = this.#handedBack;
    this.#handedBack = [];
    const parked = this.#parkedHolds;
    this.#parkedHolds = [];
    return { handedBack, over: [...parked, ...over.flatMap(({ name, absorbed }) => [name, ...absorbed])] };
  }

  /** Forgets what lost lanes brought. */
  dropDeadLanes(): void {
    const dead = (item: Item): boolean => !item.lane.alive;
    if (this.#ready.some(dead)) {
      this.#ready = this.#living(this.#ready);
    }
    for (const hold of this.#holds.all()) {
      if (hold.items.some(dead)) {
        hold.items = this.#living(hold.items);
        if (hold.items.length === 0) {
          this.#release(hold, []);
        }
      }
    }
    this.#handedBack = this.#handedBack.filter(({ item }) => item.lane.alive);
  }

  /** What is not held any more goes `back`, in front of all that is ready. */
  #settleTopic(topic: string, failures: readonly Failure<Item>[], outcome: Outcome<Item>): void {
    const { answered, brokersAway, now } = outcome;
    const unknown = failures.find(({ kind }) => kind === 'topic');
    const held = this.#holds.ofTopic({ topic });
    if (held !== undefined) {
      // It was tried: nothing else of the topic can be in the batch.
      const silent = failures.length > 0 && !answered && failures.every(({ kind }) => kind === 'brokers');
      held.tried = false;
      if (unknown !== undefined || silent) {
        held.items = [...failures.map(({ item }) => item), ...held.items];
        if (!brokersAway) this.#failAgain(held, (unknown ?? failures[0])?.error, now);
      } else {
        this.#dissolve(held, failures, outcome);
      }
      return;
    }
    const wide = unknown ?? (this.#tooManyKeys(topic, failures, brokersAway) ? failures[0] : undefined);
    if (wide === undefined) {
      this.#settleKeys(topic, failures, outcome);
      return;
    }
    // What came out of a key's hold goes back there first, so that the topic's hold takes over all of it in order.
    const rest = failures.filter(({ item }) => this.#holds.ofKey(item) === undefined);
    for (const [hold, ofHold] of Map.groupBy(failures, ({ item }) => this.#holds.ofKey(item))) {
      if (hold !== undefined) hold.items = [...ofHold.map(({ item }) => item), ...hold.items];
    }
    const hold = this.#holds.openTopic(topic, wide.error);
    hold.items.push(...rest.map(({ item }) => item));
    this.#failAgain(hold, wide.error, now);
  }

  #settleKeys(topic: string, failures: readonly Failure<Item>[], { brokersAway, now, back }: Outcome<Item>): void {
    for (const ofKey of Map.groupBy(failures, ({ item }) => item.key).values()) {
      const [{ item: first, kind, error }] = ofKey as [Failure<Item>];
      const items = ofKey.map(({ item }) => item);
      const spared = brokersAway && kind === 'brokers';
      const hold = this.#holds.ofKey(first) ?? (spared ? undefined : this.#holds.openKey(first, error));
      if (hold === undefined) {
        back.push(...items);
      } else {
        hold.tried = false;
        hold.items = [...items, ...hold.items];
        if (!spared) this.#failAgain(hold, error, now);
      }
    }
    for (const hold of this.#holds.all()) {
      if (hold.topic === topic && hold.tried) {
        hold.tried = false;
        this.#release(hold, back);
      }
    }
  }

  /** The topic can be written again. What failed of it failed for the sake of its key. */
  #dissolve(hold: Hold<Item>, failures: readonly Failure<Item>[], { brokersAway, now, back }: Outcome<Item>): void {
    hold.items = [...failures.map(({ item }) => item), ...hold.items];
    if (hold.handsBack) {
      this.#release(hold, back);
      return;
    }
    this.#holds.remove(hold);
    for (const { item, kind, error } of failures) {
      const spared = brokersAway && kind === 'brokers';
      if (!spared && this.#holds.ofKey(item) === undefined)
        this.#failAgain(this.#holds.openKey(item, error), error, now);
    }
    for (const item of hold.items) {
      (this.#holds.ofKey(item)?.items ?? back).push(item);
    }
  }

  #failAgain(hold: Hold<Item>, error: Error | undefined, now: number): void {
    hold.failures += 1;
    hold.due = now + this.#waitAfter(hold.failures);
    hold.error = error ?? hold.error;
  }

  #tooManyKeys(topic: string, failures: readonly Failure<Item>[], brokersAway: boolean): boolean {
    const unheld = failures.filter(
      ({ kind, item }) => !(brokersAway && kind === 'brokers') && this.#holds.ofKey(item) === undefined,
    );
    const keys = new Set(unheld.map(({ item }) => item.key)).size;
    return keys > 0 && keys + this.#holds.keysOf(topic) > this.#options.maxHeldKeys;
  }

  /** Ends a hold. What it still has goes first; when it handed messages back, all of it is read again in order. */
  #release(hold: Hold<Item>, front: Item[]): void {
    if (!hold.handsBack) {
      front.unshift(...hold.items);
      this.#holds.remove(hold);
      return;
    }
    for (const item of hold.items) {
      this.#handBack(hold, item);
    }
    hold.items = [];
    hold.over = true;
    hold.due = Number.POSITIVE_INFINITY;
  }

  #park(hold: Hold<Item>, key: string): void {
    const { topic, error } = hold;
    const ofKey = (item: Item): boolean => item.topic === topic && item.key === key;
    const items = this.#living([...hold.items, ...this.#ready.filter(ofKey)]);
    this.#ready = this.#ready.filter((item) => !ofKey(item));
    this.#forget(items);
    this.#holds.remove(hold);
    this.#parkedHolds.push(hold.name, ...hold.absorbed);
    this.#parked.push({ topic, key, error, items });
  }

  #keep(hold: Hold<Item>, item: Item, held: number): 0 | 1 {
    hold.handsBack ||= held >= this.#options.maxHeld;
    if (hold.handsBack) {
      this.#handBack(hold, item);
      return 0;
    }
    hold.items.push(item);
    return 1;
  }

  /** What failed was put back whatever it was. More than holds may keep goes back to where it came from, but for their first. */
  #trim(): void {
    let excess = this.#holds.all().reduce((sum, { items }) => sum + items.length, -this.#options.maxHeld);
    for (const hold of this.#holds.all()) {
      const kept = Math.max(1, hold.items.length - excess);
      const tail = hold.items.slice(kept);
      if (excess <= 0 || tail.length === 0) continue;
      for (const item of tail) this.#handBack(hold, item);
      hold.items = hold.items.slice(0, kept);
      hold.handsBack = true;
      excess -= tail.length;
    }
  }

  #handBack({ name }: Hold<Item>, item: Item): void {
    this.#handedBack.push({ hold: name, item });
    this.#forget([item]);
  }

  #living(items: readonly Item[]): Item[] {
    this.#forget(items.filter(({ lane }) => !lane.alive));
    return items.filter(({ lane }) => lane.alive);
  }

  #forget(items: readonly Item[]): void {
    for (const { bytes } of items) {
      this.#count -= 1;
      this.#bytes -= bytes;
    }
  }

  #waitAfter(failures: number): number {
    return backoffMs(failures, this.#options.backoff, this.#options.random?.());
  }
}

/** What a batch came to, for one topic. */
interface Outcome<Item> {
  /** Some of the topic's messages were written. */
  readonly answered: boolean;
  readonly brokersAway: boolean;
  readonly now: number;
  readonly back: Item[];
}
