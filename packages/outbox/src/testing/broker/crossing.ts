import type { OutgoingMessage } from '../../publisher/publisher.ts';

/** A topic and key: what is ordered. */
export interface Lane {
  readonly topic: string;
  readonly key: string;
}

const nameOf = ({ topic, key }: Lane): string => JSON.stringify([topic, key]);

/**
 * Messages that were sent and have no offset yet: a queue for each topic and key. Those of one key leave in the order in
 * which they came; which key comes next is for others to say.
 */
export class Crossing {
  readonly #queues = new Map<string, OutgoingMessage[]>();
  readonly #held = new Set<string>();

  add(message: OutgoingMessage): void {
    const name = nameOf({ topic: message.topic, key: message.key.toString('utf8') });
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    queue.push(message);
  }

  hold(lane: Lane): void {
    this.#held.add(nameOf(lane));
  }

  release(lane: Lane): void {
    this.#held.delete(nameOf(lane));
  }

  /** How many wait, those that are held included. */
  get size(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** The keys of which a message may leave now. */
  ready(): string[] {
    return [...this.#queues.keys()].filter((name) => !this.#held.has(name));
  }

  /** The oldest message of a key that is ready. */
  take(name: string): OutgoingMessage {
    const queue = this.#queues.get(name) ?? [];
    const message = queue.shift();
    if (message === undefined) {
      throw new TypeError(`nothing waits for ${name}`);
    }
    if (queue.length === 0) this.#queues.delete(name);
    return message;
  }
}
