import type { Batches } from '../batches.ts';

/** Everything that the sources have under one key. */
export interface Group<Item> {
  readonly key: string;
  readonly items: readonly Item[];
}

/**
 * Merges sources that are each sorted by a key and groups them by it: a merge join over any number of sources. Holds one
 * batch a source and one group at a time. Stops the sources when the reader stops.
 *
 * @throws SourceUnsortedError when a source goes back in its order, which would split a group in two
 */
export async function* groupSorted<Item>(
  sources: readonly Batches<Item>[],
  keyOf: (item: Item) => string,
): AsyncGenerator<Group<Item>> {
  const cursors = sources.map((source) => new Cursor(source, keyOf));
  try {
    // One after the other: several sources may share a connection.
    for (const cursor of cursors) await cursor.advance();
    for (;;) {
      let key: string | undefined;
      for (const cursor of cursors) {
        if (cursor.key !== undefined && (key === undefined || cursor.key < key)) key = cursor.key;
      }
      if (key === undefined) return;
      const items: Item[] = [];
      for (const cursor of cursors) {
        while (cursor.key === key) {
          items.push(cursor.current as Item);
          if (!cursor.step()) await cursor.advance();
        }
      }
      yield { key, items };
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

const LINES_A_BATCH = 1_000;

/** Merges sorted batches of lines into one, in batches. */
export async function* mergeSorted(sources: readonly Batches<string>[]): Batches<string> {
  const cursors = sources.map((source) => new Cursor(source, itself));
  try {
    for (const cursor of cursors) await cursor.advance();
    // A heap: whose line comes first stands at its top. Runs are many, and each line would have to be held against all of them.
    const heap = cursors.filter(({ key }) => key !== undefined).sort((a, b) => (comesFirst(a, b) ? -1 : 1));
    let batch: string[] = [];
    for (let [first] = heap; first !== undefined; [first] = heap) {
      batch.push(first.key as string);
      if (!first.step()) await first.advance();
      if (first.key === undefined) takeLast(heap);
      sink(heap);
      if (batch.length < LINES_A_BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

const comesFirst = (a: Cursor<string>, b: Cursor<string>): boolean => (a.key as string) < (b.key as string);

/** Puts the last one in the place of the first, which is at its end. */
function takeLast(heap: Cursor<string>[]): void {
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) heap[0] = last;
}

/** Moves the one at the top down to where it belongs. */
function sink(heap: Cursor<string>[]): void {
  const [moved] = heap;
  if (moved === undefined) return;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    let child = heap[below];
    if (child === undefined) break;
    const other = heap[below + 1];
    if (other !== undefined && comesFirst(other, child)) {
      child = other;
      below += 1;
    }
    if (!comesFirst(child, moved)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = moved;
}

const itself = (line: string): string => line;

/** A source is not sorted by the key it is merged by. */
export class SourceUnsortedError extends Error {
  readonly code = 'source_unsorted';
  readonly retryable = false;

  constructor(before: string, after: string) {
    super(`a source of the audit is not sorted: ${after} comes after ${before}`);
    this.name = 'SourceUnsortedError';
  }
}

/** A place in a sorted source. */
export class Cursor<Item> {
  /** The item the cursor stands on and its key; undefined before the first and after the last. */
  current: Item | undefined;
  key: string | undefined;
  readonly #keyOf: (item: Item) => string;
  readonly #batches: AsyncIterator<readonly Item[]>;
  #batch: readonly Item[] = [];
  #next = 0;

  constructor(source: Batches<Item>, keyOf: (item: Item) => string) {
    this.#batches = source[Symbol.asyncIterator]();
    this.#keyOf = keyOf;
  }

  /** Goes to the next item of the batch at hand; false when there is none. */
  step(): boolean {
    const item = this.#batch[this.#next];
    if (item === undefined) return false;
    const key = this.#keyOf(item);
    if (this.key !== undefined && key < this.key) throw new SourceUnsortedError(this.key, key);
    this.#next += 1;
    this.current = item;
    this.key = key;
    return true;
  }

  /** Goes to the first item of the next batch that has one, or past the end. */
  async advance(): Promise<void> {
    while (!this.step()) {
      const { done, value } = await this.#batches.next();
      if (done === true) {
        this.current = undefined;
        this.key = undefined;
        return;
      }
      this.#batch = value;
      this.#next = 0;
    }
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
