import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type Batches, batchesOf } from './batches.ts';
import { groupSorted } from './merge.ts';

/**
 * Sorts any number of items by a key with flat memory. What does not fit is written to a temporary folder in sorted runs,
 * which are merged while they are read. Dispose it to remove the folder.
 *
 * Items must be plain data that v8 can serialize (bigints may be among it).
 *
 * @example
 * await using sort = new ExternalSort<MessageCopy>((copy) => copy.orderId);
 * for await (const batch of copies) await sort.add(batch);
 * for await (const batch of sort.sorted()) …
 */
export class ExternalSort<Item> implements AsyncDisposable {
  readonly #keyOf: (item: Item) => string;
  readonly #inMemory: number;
  readonly #runs: string[] = [];
  #folder: string | undefined;
  #held: Item[] = [];

  /** @param options.inMemory how many items are held at once */
  constructor(keyOf: (item: Item) => string, { inMemory = 50_000 }: { inMemory?: number } = {}) {
    this.#keyOf = keyOf;
    this.#inMemory = inMemory;
  }

  async add(batch: readonly Item[]): Promise<void> {
    for (const item of batch) this.#held.push(item);
    if (this.#held.length < this.#inMemory) return;
    this.#folder ??= await mkdtemp(path.join(tmpdir(), 'bezel-ledger-'));
    const run = path.join(this.#folder, `${this.#runs.length}.run`);
    await writeRun(run, this.#sortHeld());
    this.#runs.push(run);
    this.#held = [];
  }

  /** Everything added, in the order of the key. Add nothing more once it is read. */
  async *sorted(): AsyncGenerator<readonly Item[]> {
    const held = batchesOf(this.#sortHeld());
    if (this.#runs.length === 0) {
      yield* held;
      return;
    }
    const runs: Batches<Item>[] = this.#runs.map((run) => readRun<Item>(run));
    for await (const { items } of groupSorted([...runs, held], this.#keyOf)) yield items;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #sortHeld(): Item[] {
    const keyOf = this.#keyOf;
    return this.#held.sort((a, b) => {
      const [left, right] = [keyOf(a), keyOf(b)];
      return left < right ? -1 : left > right ? 1 : 0;
    });
  }
}

const ITEMS_A_BLOCK = 1_000;
const LENGTH_BYTES = 4;

/** A run is a row of blocks, each with its length before it. */
async function writeRun<Item>(file: string, items: readonly Item[]): Promise<void> {
  await using handle = await open(file, 'wx');
  for (let start = 0; start < items.length; start += ITEMS_A_BLOCK) {
    const block = serialize(items.slice(start, start + ITEMS_A_BLOCK));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(block.length);
    await handle.write(length);
    await handle.write(block);
  }
}

async function* readRun<Item>(file: string): AsyncGenerator<readonly Item[]> {
  await using handle = await open(file, 'r');
  const length = Buffer.alloc(LENGTH_BYTES);
  while ((await handle.read(length, 0, LENGTH_BYTES)).bytesRead > 0) {
    const block = Buffer.alloc(length.readUInt32LE());
    await handle.read(block, 0, block.length);
    yield deserialize(block) as Item[];
  }
}
