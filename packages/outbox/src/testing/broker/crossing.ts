import type { OutgoingMessage } from '../../publisher/publisher.ts';

/** A topic and key: what is ordered. */
export interface Lane {
  readonly topic: string;
  readonly key: string;
}

const nameOf = ({ topic, key }: Lane): string => JSON.stringify([topic, key]);

interface Waiting {
  readonly message: OutgoingMessage;
  /** The step from which on it may leave. */
  readonly due: number;
}

/**
 * Messages that were sent and have no offset yet: a queue for each topic and key. Those of one key leave in the order in
 * which they came, so that a late one holds up its key; which key comes next is for others to say.
 */
export class Crossing {
  readonly #queues = new Map<string, Waiting[]>();
  readonly #held = new Set<string>();

  add(message: OutgoingMessage, due: number): void {
    const name = nameOf({ topic: message.topic, key: message.key.toString('utf8') });
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    queue.push({ message, due });
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

  /** The keys of which a message may leave at this step. */
  ready(step: number): string[] {
    return [...this.#queues].flatMap(([name, [first]]) =>
      first !== undefined && first.due <= step && !this.#held.has(name) ? [name] : [],
    );
  }

  /** The oldest message of a key that is ready. */
  take(name: string): OutgoingMessage {
    const queue = this.#queues.get(name) ?? [];
    const first = queue.shift();
    if (first === undefined) {
      throw new TypeError(`nothing waits for ${name}`);
    }
    if (queue.length === 0) this.#queues.delete(name);
    return first.message;
  }
}
