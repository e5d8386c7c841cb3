import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PublishResult } from '../../publisher/publisher.ts';
import { Outbound } from '../sending/outbound.ts';
import { ParkedKeys, type ParkedMark } from './parked-keys.ts';

interface Item {
  readonly lane: { readonly alive: boolean };
  readonly topic: string;
  readonly key: string;
  readonly bytes: number;
  readonly seq: number;
  readonly redriven: boolean;
}

const TOPIC = 't';
const OPTIONS = { backoff: { firstMs: 1, maxMs: 2 }, maxHeld: 3, maxHeldKeys: 9, parkAfter: 2, random: () => 0.5 };

/** The database of one shard, as far as parking goes. */
class Database {
  readonly keys: string[] = [];
  readonly marks = new Map<string, ParkedMark>();
  readonly parked = new Map<string, Set<number>>();
  readonly done = new Set<number>();

  write(key: string): void {
    this.keys.push(key);
  }

  /** Every number that a new owner would read. */
  open(): number[] {
    return this.keys.flatMap((_, n) => (this.done.has(n + 1) ? [] : [n + 1]));
  }

  redrive(key: string): void {
    const mark = this.marks.get(key);
    if (mark !== undefined) this.marks.set(key, { ...mark, redrive: true });
  }
}

/** One owner of the shard. What the real one awaits, this one yields, so that its loops interleave as told. */
class Owner {
  readonly lane = { alive: true };
  readonly parked = new ParkedKeys();
  readonly outbound = new Outbound<Item>(OPTIONS);
  readonly #database: Database;
  readonly #published: number[];
  #unread: number[];
  #seen: number;
  readonly #deferred = new Map<string, number[]>();
  now = 0;

  constructor(database: Database, published: number[]) {
    this.#database = database;
    this.#published = published;
    this.#unread = database.open();
    this.#seen = database.keys.length;
    this.parked.load([...database.marks.values()]);
  }

  #item(seq: number, redriven: boolean): Item {
    return { lane: this.lane, topic: TOPIC, key: this.#database.keys[seq - 1] ?? '', bytes: 1, seq, redriven };
  }

  *reading(): Generator<undefined, never> {
    for (;;) {
      const { handedBack, over } = this.outbound.recall();
      for (const { hold, item } of handedBack) {
        if (item.redriven) this.parked.returned(item);
        else this.#deferred.set(hold, [...(this.#deferred.get(hold) ?? []), item.seq]);
      }
      for (const { name, seqs } of this.parked.takeFree()) {
        this.#deferred.set(name, [...seqs]);
        this.#recall(name);
      }
      for (const name of over) this.#recall(name);
      for (; this.#seen < this.#database.keys.length; this.#seen += 1) this.#unread.push(this.#seen + 1);
      this.#unread.sort((a, b) => a - b);
      const answer = this.#unread.splice(0, 4);
      yield undefined;
      const free = answer.map((seq) => this.#item(seq, false)).filter((item) => !this.parked.divert(item));
      this.outbound.add(free);
      yield undefined;
    }
  }

  #recall(name: string): void {
    this.#unread.push(...(this.#deferred.get(name) ?? []));
    this.#deferred.delete(name);
  }

  *parking(): Generator<undefined, never> {
    for (;;) {
      const next = this.parked.toStore();
      for (const { topic, key, reason } of next.marks) {
        this.#database.marks.set(key, { topic, key, reason, redrive: false });
      }
      for (const seq of next.seqs) {
        const key = this.#database.keys[seq - 1] ?? '';
        this.#database.parked.set(key, (this.#database.parked.get(key) ?? new Set()).add(seq));
      }
      yield undefined;
      this.parked.stored(next);
      for (const seq of next.seqs) this.#database.done.add(seq);
      for (const { topic, key, seqs } of this.parked.toForget()) {
        for (const seq of seqs) this.#database.parked.get(key)?.delete(seq);
        yield undefined;
        this.parked.forgotten({ topic, key }, seqs);
      }
      for (const { topic, key } of this.parked.toLoad()) {
        const rows = [...(this.#database.parked.get(key) ?? [])].sort((a, b) => a - b).slice(0, 2);
        yield undefined;
        if (rows.length > 0) {
          this.parked.sending({ topic, key }, rows);
          this.outbound.add(rows.map((seq) => this.#item(seq, true)));
        } else {
          expect([...(this.#database.parked.get(key) ?? [])]).toEqual([]); // the foreign key
          this.#database.marks.delete(key);
          yield undefined;
          this.parked.free({ topic, key });
        }
      }
      yield undefined;
      for (const { topic, key, redrive } of this.#database.marks.values()) {
        if (redrive) this.parked.redrive({ topic, key });
      }
    }
  }

  *sending(refuses: (seq: number) => boolean): Generator<undefined, never> {
    for (;;) {
      this.now += 1;
      const batch = this.outbound.take(this.now, { maxMessages: 3, maxBytes: 100 });
      yield undefined;
      const failed = new Set<string>();
      const results = batch.map(({ key, seq }): PublishResult => {
        const kind = failed.has(key) ? 'predecessor' : refuses(seq) ? 'message' : undefined;
        if (kind === undefined) {
          this.#published.push(seq);
          return { ok: true };
        }
        failed.add(key);
        return { ok: false, kind, mayBeWritten: false, error: new Error(`refused ${seq}`) };
      });
      yield undefined;
      for (const item of this.outbound.settle(batch, results, this.now)) {
        if (item.redriven) this.parked.sent(item);
        else this.#database.done.add(item.seq);
      }
      for (const { topic, key, error, items } of this.outbound.takeParked()) {
        const read = items.filter(({ redriven }) => !redriven).map(({ seq }) => seq);
        this.parked.park({ topic, key }, error.message, read);
      }
    }
  }
}

const key = fc.constantFrom('a', 'b');
const times = fc.integer({ min: 1, max: 6 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), times }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), times }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('park' as const), times }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('redrive' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('poison' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'die' as const }) },
);

const firstCopies = (seqs: readonly number[]): number[] => [...new Set(seqs)];

describe('a key of which messages are refused', () => {
  test('keeps its order and every message, whatever is parked, redriven, refused again or taken over in between', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 200, size: 'max' }), (steps) => {
        const database = new Database();
        const published: number[] = [];
        let poison = true;
        const refuses = (seq: number): boolean => poison && seq % 3 === 0;
        const begin = () => {
          const owner = new Owner(database, published);
          return { read: owner.reading(), send: owner.sending(refuses), park: owner.parking(), owner };
        };
        let at = begin();
        for (const each of steps) {
          if (each.do === 'write') database.write(each.key);
          else if (each.do === 'redrive') database.redrive(each.key);
          else if (each.do === 'poison') poison = each.on;
          else if (each.do === 'die') at = begin();
          else for (let n = 0; n < each.times; n += 1) at[each.do].next();
        }
        poison = false;
        for (let round = 0; round < 60 + 30 * database.keys.length; round += 1) {
          for (const key of database.marks.keys()) database.redrive(key);
          at.read.next();
          at.send.next();
          at.park.next();
        }
        const first = firstCopies(published);
        for (const ofKey of Map.groupBy(first, (seq) => database.keys[seq - 1]).values()) {
          expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
        }
        expect(first.toSorted((a, b) => a - b)).toEqual(database.keys.map((_, n) => n + 1));
        expect(database.marks.size).toBe(0);
        expect([...database.parked.values()].flatMap((seqs) => [...seqs])).toEqual([]);
        expect(at.owner.parked.size).toBe(0);
        expect(at.owner.outbound.count).toBe(0);
      }),
      { numRuns: 800 },
    );
  });
});
