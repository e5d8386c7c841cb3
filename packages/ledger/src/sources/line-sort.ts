import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Batches, batchesOf } from './batches.ts';
import { mergeSorted } from './merge.ts';

/**
 * Sorts any number of lines by their code units with flat memory. What does not fit is written to a temporary folder in
 * sorted runs, which are merged while they are read. Dispose it to remove the folder.
 *
 * Lines, because text is sorted, written and read several times faster than objects are. A line begins with its key and
 * holds no line break.
 *
 * @example
 * await using sort = new LineSort();
 * for await (const batch of copies) await sort.add(batch.map(lineOfCopy));
 * for await (const lines of sort.sorted()) …
 */
export class LineSort implements AsyncDisposable {
  readonly #inMemory: number;
  readonly #runs: string[] = [];
  #folder: string | undefined;
  #held: string[] = [];

  /** @param options.inMemory how many lines are held at once */
  constructor({ inMemory = 100_000 }: { inMemory?: number } = {}) {
    this.#inMemory = inMemory;
  }

  async add(lines: readonly string[]): Promise<void> {
    for (const line of lines) this.#held.push(line);
    if (this.#held.length < this.#inMemory) return;
    this.#folder ??= await mkdtemp(path.join(tmpdir(), 'bezel-ledger-'));
    const run = path.join(this.#folder, `${this.#runs.length}.run`);
    await writeRun(run, this.#held.sort());
    this.#runs.push(run);
    this.#held = [];
  }

  /** Everything added, in order. Add nothing more once it is read. */
  sorted(): Batches<string> {
    const held = batchesOf(this.#held.sort());
    return this.#runs.length === 0 ? held : mergeSorted([...this.#runs.map(readRun), held]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}

const LINES_A_WRITE = 5_000;
const BYTES_A_READ = 256 * 1024;

async function writeRun(file: string, lines: readonly string[]): Promise<void> {
  await using handle = await open(file, 'wx');
  for (let start = 0; start < lines.length; start += LINES_A_WRITE) {
    await handle.writeFile(`${lines.slice(start, start + LINES_A_WRITE).join('\n')}\n`);
  }
}

async function* readRun(file: string): Batches<string> {
  await using handle = await open(file, 'r');
  const buffer = Buffer.allocUnsafe(BYTES_A_READ);
  let begun: Buffer[] = []; // of a line whose end has not been read
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, BYTES_A_READ);
    if (bytesRead === 0) return;
    const read = buffer.subarray(0, bytesRead);
    const end = read.lastIndexOf(LINE_BREAK);
    if (end < 0) {
      begun.push(Buffer.from(read));
      continue;
    }
    const text =
      begun.length === 0 ? read.toString('utf8', 0, end) : Buffer.concat([...begun, read.subarray(0, end)]).toString();
    begun = end + 1 < bytesRead ? [Buffer.from(read.subarray(end + 1))] : [];
    yield text.split('\n');
  }
}

const LINE_BREAK = 0x0a;
