import type { ParkedStatus } from '../status.ts';

/** A topic and key whose messages are held back, as the database knows it. */
export interface ParkedMark {
  readonly topic: string;
  readonly key: string;
  /** What Kafka said. */
  readonly reason: string;
  /** Somebody asked for its messages to be sent again. */
  readonly redrive: boolean;
}

/**
 * `parked`: whatever is read of it is copied to where the others lie.
 * `redriving`: the same, while what lies there is sent, in order.
 * `free`: nothing lies there any more; what was read meanwhile is to be read again, and then it is a key like others.
 */
type Phase = 'parked' | 'redriving' | 'free';

interface ParkedKey {
  readonly topic: string;
  readonly key: string;
  reason: string;
  phase: Phase;
  /** Whether the database has the mark. */
  marked: boolean;
  /** Numbers of messages that were read and are not copied yet. */
  waiting: number[];
  /** Numbers of parked messages on their way to Kafka. */
  sending: Set<number>;
  /** Numbers of parked messages that arrived and still lie there. */
  sent: number[];
}

/** What is to be written down next. */
export interface ToStore {
  readonly marks: readonly { readonly topic: string; readonly key: string; readonly reason: string }[];
  readonly seqs: readonly number[];
}

interface Addressed {
  readonly topic: string;
  readonly key: string;
}

/**
 * The parked keys of one shard, as long as one lease of it is held. It does no I/O. It keeps one promise: a message of a
 * parked key is sent after all that were parked before it, or not at all.
 */
export class ParkedKeys {
  readonly #keys = new Map<string, ParkedKey>();

  get size(): number {
    return this.#keys.size;
  }

  /** Messages that were read and are not copied yet. */
  get waiting(): number {
    return [...this.#keys.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** What the database knows, before anything of the shard is read. */
  load(marks: readonly ParkedMark[]): void {
    for (const { topic, key, reason, redrive } of marks) {
      const known = this.#open({ topic, key }, reason);
      known.marked = true;
      known.phase = redrive ? 'redriving' : 'parked';
    }
  }

  status(): ParkedStatus[] {
    return [...this.#keys.values()].map(({ topic, key, reason, phase }) => ({
      topic,
      key,
      reason,
      redriving: phase !== 'parked',
    }));
  }

  /** Kafka refused a message of this key for good. `seqs` are those of its messages that were read and not sent. */
  park({ topic, key }: Addressed, reason: string, seqs: readonly number[]): void {
    const parked = this.#keys.get(nameOf({ topic, key })) ?? this.#open({ topic, key }, reason);
    // What was being sent again lies where it lay; copying it once more changes nothing.
    parked.reason = reason;
    parked.phase = 'parked';
    parked.marked = false;
    parked.sending.clear();
    parked.waiting.push(...seqs);
  }

  /** Takes a message that was read, if its key is parked. */
  divert(message: Addressed & { readonly seq: number }): boolean {
    const found = this.#keys.size === 0 ? undefined : this.#keys.get(nameOf(message));
    found?.waiting.push(message.seq);
    return found !== undefined;
  }

  /** Somebody asked for the key's messages to be sent again. */
  redrive(address: Addressed): void {
    const found = this.#keys.get(nameOf(address));
    if (found?.phase === 'parked' && found.marked) {
      found.phase = 'redriving';
    }
  }

  toStore(): ToStore {
    const keys = [...this.#keys.values()].filter(({ phase }) => phase !== 'free');
    return {
      marks: keys.flatMap(({ marked, topic, key, reason }) => (marked ? [] : [{ topic, key, reason }])),
      seqs: keys.flatMap(({ waiting }) => waiting),
    };
  }

  stored({ marks, seqs }: ToStore): void {
    for (const { topic, key, reason } of marks) {
      const found = this.#keys.get(nameOf({ topic, key }));
      if (found !== undefined && found.reason === reason) {
        found.marked = true;
      }
    }
    const copied = new Set(seqs);
    for (const found of this.#keys.values()) {
      found.waiting = found.waiting.filter((seq) => !copied.has(seq));
    }
  }

  /** Keys of which sent messages still lie where they were parked. */
  toForget(): readonly (Addressed & { readonly seqs: readonly number[] })[] {
    return [...this.#keys.values()].flatMap(({ topic, key, sent }) =>
      sent.length === 0 ? [] : [{ topic, key, seqs: [...sent] }],
    );
  }

  forgotten(address: Addressed, seqs: readonly number[]): void {
    const found = this.#keys.get(nameOf(address));
    if (found !== undefined) {
      const gone = new Set(seqs);
      found.sent = found.sent.filter((seq) => !gone.has(seq));
    }
  }

  /** Keys of which the next parked messages may be loaded: all of the load before arrived and was forgotten. */
  toLoad(): readonly Addressed[] {
    return [...this.#keys.values()].flatMap(({ topic, key, phase, sending, sent }) =>
      phase === 'redriving' && sending.size === 0 && sent.length === 0 ? [{ topic, key }] : [],
    );
  }

  /** These are on their way. */
  sending(address: Addressed, seqs: readonly number[]): void {
    const found = this.#keys.get(nameOf(address));
    for (const seq of seqs) {
      found?.sending.add(seq);
    }
  }

  /** One of those on their way arrived. */
  sent(message: Addressed & { readonly seq: number }): void {
    const found = this.#keys.get(nameOf(message));
    if (found?.sending.delete(message.seq)) {
      found.sent.push(message.seq);
    }
  }

  /** One of those on their way came back; it is loaded again. */
  returned(message: Addressed & { readonly seq: number }): void {
    this.#keys.get(nameOf(message))?.sending.delete(message.seq);
  }

  /** Nothing is parked of it any more. What was read of it meanwhile is given out with the next `takeFree`. */
  free(address: Addressed): void {
    const found = this.#keys.get(nameOf(address));
    if (found !== undefined) {
      found.phase = 'free';
    }
  }

  /**
   * Ends keys that are free. Their messages, by name, have to be read again before anything later of their key is sent:
   * call it where no read is under way.
   */
  takeFree(): readonly { readonly name: string; readonly seqs: readonly number[] }[] {
    const free = [...this.#keys].filter(([, { phase }]) => phase === 'free');
    for (const [name] of free) {
      this.#keys.delete(name);
    }
    return free.map(([name, { waiting }]) => ({ name: `parked ${name}`, seqs: waiting }));
  }

  #open({ topic, key }: Addressed, reason: string): ParkedKey {
    const opened: ParkedKey = {
      topic,
      key,
      reason,
      phase: 'parked',
      marked: false,
      waiting: [],
      sending: new Set(),
      sent: [],
    };
    this.#keys.set(nameOf({ topic, key }), opened);
    return opened;
  }
}

const nameOf = ({ topic, key }: Addressed): string => `${topic}\0${key}`;
