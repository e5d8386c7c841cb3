import type { FailureKind, PublishResult } from '../publisher/publisher.ts';
import { type Backoff, backoffMs } from '../subscriber/backoff.ts';
import { type Hold, type HoldStatus, Holds } from './hold.ts';

/** A message between its read and its acknowledgement. `lane` is whoever read it; a lane that is lost takes it along. */
export interface Outgoing {
  readonly lane: { readonly alive: boolean };
  readonly topic: string;
  readonly key: string;
  readonly bytes: number;
}

export interface OutboundOptions {
  readonly backoff: Backoff;
  /** Messages all holds together keep in memory, about; more are handed back. */
  readonly maxHeld: number;
  /** Keys of one topic that may wait on their own; with more, the topic waits. */
  readonly maxHeldKeys: number;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

/** What to read again, and what to remember for later. To be used up before the next read is planned. */
export interface Recall<Item> {
  readonly handedBack: readonly { readonly hold: string; readonly item: Item }[];
  /** Names of holds that are over: what was handed back under them is wanted again, with the next read. */
  readonly over: readonly string[];
}

/**
 * What is sent next, and what has to wait for what. It keeps one promise: messages of one topic and key leave in the
 * order they came in, whatever fails. It does no I/O and reads no clock: times are milliseconds the caller gives.
 *
 * Trouble has a scope. A refused message, or a partition without a leader, makes its key wait; a topic that is unknown
 * makes the topic wait; brokers that do not answer make everything wait. The rest goes on. When much waits, it is handed
 * back and read again later, so that memory stays free for what can be sent.
 */
export class Outbound<Item extends Outgoing> {
  #ready: Item[] = [];
  readonly #holds = new Holds<Item>();
  #handedBack: { hold: string; item: Item }[] = [];
  #count = 0;
  #bytes = 0;
  #brokerFailures = 0;
  #brokersDue = 0;
  readonly #options: OutboundOptions;

  constructor(options: OutboundOptions) {
    this.#options = options;
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
    for (const hold of this.#holds.all().filter(({ due, items }) => due <= now && items.length > 0)) {
      hold.tried = true;
      let next = 0;
      for (; next < hold.items.length; next += 1) {
        const item = hold.items[next] as Item;
        const narrower = hold.key === undefined ? this.#holds.ofKey(item) : undefined;
        if (narrower !== undefined) {
          narrower.items.push(item);
        } else if (!fits(item)) {
          break;
        }
      }
      hold.items = hold.items.slice(next);
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

    // Topics first, so that every failed message finds the widest hold it belongs to.
    const topicsFailed = new Set<string>();
    for (const [topic, failures] of Map.groupBy(failed, ({ item }) => item.topic)) {
      const wide =
        failures.find(({ kind }) => kind === 'topic') ??
        (this.#tooManyKeys(topic, failures, brokersAway) ? failures[0] : undefined);
      if (wide !== undefined) {
        this.#holdTopic(wide.item, wide.error);
        topicsFailed.add(topic);
      }
    }
    const returning = new Map<Hold<Item>, Item[]>();
    const toFront: Item[] = [];
    for (const { item, kind, error } of failed) {
      let hold: Hold<Item> | undefined;
      if (topicsFailed.has(item.topic)) {
        hold = this.#holds.ofTopic(item);
      } else if (brokersAway && kind === 'brokers') {
        hold = this.#heldIn(item);
      } else {
        hold = this.#holdKey(item, error);
      }
      if (hold === undefined) {
        toFront.push(item);
      } else {
        const items = returning.get(hold);
        items === undefined ? returning.set(hold, [item]) : items.push(item);
      }
    }
    this.#settleHolds(returning, toFront, now, brokersAway);
    this.#ready = [...toFront, ...this.#ready];
    return done;
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
    return { handedBack, over: over.flatMap(({ name, absorbed }) => [name, ...absorbed]) };
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

  /** The hold out of which a message was tried, if any. */
  #heldIn(item: Item): Hold<Item> | undefined {
    const wide = this.#holds.ofTopic(item);
    return this.#holds.ofKey(item) ?? (wide?.tried ? wide : undefined);
  }

  #holdTopic(item: Item, error: Error): Hold<Item> {
    const hold = this.#holds.ofTopic(item) ?? this.#holds.openTopic(item.topic, error);
    hold.error = error;
    hold.over = false;
    return hold;
  }

  #tooManyKeys(topic: string, failures: readonly Failure<Item>[], brokersAway: boolean): boolean {
    const byKey = failures.filter(
      ({ kind, item }) => !(brokersAway && kind === 'brokers') && this.#holds.ofKey(item) === undefined,
    );
    return (
      new Set(byKey.map(({ item }) => item.key)).size + this.#holds.keysOf(topic) > this.#options.maxHeldKeys &&
      byKey.length > 0
    );
  }

  #holdKey(item: Item, error: Error): Hold<Item> {
    const found = this.#holds.ofKey(item);
    if (found !== undefined) {
      found.error = error;
      return found;
    }
    return this.#holds.openKey(item, error);
  }

  #settleHolds(returning: ReadonlyMap<Hold<Item>, Item[]>, toFront: Item[], now: number, brokersAway: boolean): void {
    for (const hold of this.#holds.all()) {
      const { tried } = hold;
      hold.tried = false;
      const back = returning.get(hold);
      if (back !== undefined) {
        hold.items = [...back, ...hold.items];
        if (!brokersAway) {
          hold.failures += 1;
          hold.due = now + this.#waitAfter(hold.failures);
        }
      } else if (tried) {
        this.#release(hold, toFront);
      }
    }
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

  #keep(hold: Hold<Item>, item: Item, held: number): 0 | 1 {
    hold.handsBack ||= held >= this.#options.maxHeld;
    if (hold.handsBack) {
      this.#handBack(hold, item);
      return 0;
    }
    hold.items.push(item);
    return 1;
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

interface Failure<Item> {
  readonly item: Item;
  /** What concerns a message's predecessor concerns the message. */
  readonly kind: Exclude<FailureKind, 'predecessor'>;
  readonly error: Error;
}

function failuresOf<Item extends Outgoing>(batch: readonly Item[], results: readonly PublishResult[]): Failure<Item>[] {
  const kinds = new Map<string, Failure<Item>['kind']>();
  return batch.flatMap((item, n) => {
    const result = results[n];
    if (result === undefined || result.ok || !item.lane.alive) {
      return [];
    }
    const name = `${item.topic}\0${item.key}`;
    const own = result.kind === 'predecessor' ? 'message' : result.kind;
    const kind = kinds.get(name) ?? own;
    kinds.set(name, kind);
    return [{ item, kind, error: result.error }];
  });
}
