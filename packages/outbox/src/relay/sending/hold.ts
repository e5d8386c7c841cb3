import { nameOf } from './failures.ts';

/** Messages that wait because sending one of them failed: those of a topic and key, or those of a whole topic. */
export interface Hold<Item> {
  readonly name: string;
  readonly topic: string;
  /** Undefined when the whole topic waits. */
  readonly key: string | undefined;
  error: Error;
  /** Waiting, in order. */
  items: Item[];
  /** Whether some of it is in the batch under way. Nothing else of its topic or key is then. */
  tried: boolean;
  /** When it may be tried again. */
  due: number;
  failures: number;
  /** It handed messages back to be read again later, so everything that comes later is handed back as well. */
  handsBack: boolean;
  /** What kept it is over; it ends as soon as its messages are being read again. */
  over: boolean;
  /** Names of holds it took over. What they handed back is remembered under those names. */
  readonly absorbed: string[];
}

/** Why something waits. */
export interface HoldStatus {
  readonly topic: string;
  /** Undefined when the whole topic waits. */
  readonly key: string | undefined;
  readonly failures: number;
  readonly error: Error;
}

interface Addressed {
  readonly topic: string;
  readonly key: string;
}

/** All holds, found by what they hold. A topic that waits as a whole has no key that waits on its own. */
export class Holds<Item extends Addressed> {
  readonly #byName = new Map<string, Hold<Item>>();

  get size(): number {
    return this.#byName.size;
  }

  all(): Hold<Item>[] {
    return [...this.#byName.values()];
  }

  /** The hold that keeps a message from being sent, if any. */
  of(message: Addressed): Hold<Item> | undefined {
    return this.#byName.size === 0 ? undefined : (this.ofTopic(message) ?? this.ofKey(message));
  }

  ofTopic({ topic }: { readonly topic: string }): Hold<Item> | undefined {
    return this.#byName.get(topic);
  }

  ofKey(message: Addressed): Hold<Item> | undefined {
    return this.#byName.get(nameOf(message));
  }

  /** How many keys of a topic wait on their own. */
  keysOf(topic: string): number {
    return this.all().reduce((count, hold) => count + (hold.topic === topic && hold.key !== undefined ? 1 : 0), 0);
  }

  openKey(message: Addressed, error: Error): Hold<Item> {
    return this.#open(nameOf(message), message.topic, message.key, error);
  }

  /** The topic's hold takes over what waited by key: one try for all of it, and each key's order stands. */
  openTopic(topic: string, error: Error): Hold<Item> {
    const narrower = this.all().filter((hold) => hold.topic === topic);
    const hold = this.#open(topic, topic, undefined, error);
    for (const { name, items, handsBack, absorbed } of narrower) {
      hold.items.push(...items);
      hold.handsBack ||= handsBack;
      hold.absorbed.push(name, ...absorbed);
      this.#byName.delete(name);
    }
    return hold;
  }

  remove({ name }: Hold<Item>): void {
    this.#byName.delete(name);
  }

  #open(name: string, topic: string, key: string | undefined, error: Error): Hold<Item> {
    const hold: Hold<Item> = {
      name,
      topic,
      key,
      error,
      items: [],
      tried: false,
      due: 0,
      failures: 0,
      handsBack: false,
      over: false,
      absorbed: [],
    };
    this.#byName.set(name, hold);
    return hold;
  }
}
