import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Batches, batchesOf } from '../batches.ts';
import { mergeSorted } from './merge.ts';

/**
 * Sorts any number of lines by their code units. What does not fit is written to a temporary file in sorted runs, which are
 * merged while they are read. So the lines that fit are held, and of each run a piece of 256 KB while it is read: memory grows
 * slowly with the lines. Dispose it to give the file up.
 *
 * The file has no name from the moment it is there, so what it holds goes with the process, however that ends.
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
  readonly #runs: Run[] = [];
  #file: FileHandle | undefined;
  #held: string[] = [];

  /** @param options.inMemory how many lines are held at once */
  constructor({ inMemory = 100_000 }: { inMemory?: number } = {}) {
    this.#inMemory = inMemory;
  }

  async add(lines: readonly string[]): Promise<void> {
    for (const line of lines) this.#held.push(line);
    if (this.#held.length < this.#inMemory) return;
    this.#file ??= await namelessFile();
    this.#runs.push(await writeRun(this.#file, this.#runs.at(-1)?.end ?? 0, this.#held.sort()));
    this.#held = [];
  }

  /** Everything added, in order. Add nothing more once it is read. */
  sorted(): Batches<string> {
    const held = batchesOf(this.#held.sort());
    const file = this.#file;
    return file === undefined ? held : mergeSorted([...this.#runs.map((run) => readRun(file, run)), held]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

/** Where a run lies in the file, in bytes. */
interface Run {
  readonly begin: number;
  readonly end: number;
}

const LINES_A_WRITE = 5_000;
const BYTES_A_READ = 256 * 1024;

/** Only between two steps here it has a name: a process that is killed then leaves an empty file behind. */
async function namelessFile(): Promise<FileHandle> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bezel-ledger-'));
  try {
    return await open(path.join(folder, 'runs'), 'wx+');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes at the end of the file, which is where it begins. */
async function writeRun(file: FileHandle, begin: number, lines: readonly string[]): Promise<Run> {
  let end = begin;
  for (let start = 0; start < lines.length; start += LINES_A_WRITE) {
    const bytes = Buffer.from(`${lines.slice(start, start + LINES_A_WRITE).join('\n')}\n`);
    await file.writeFile(bytes);
    end += bytes.length;
  }
  return { begin, end };
}

async function* readRun(file: FileHandle, { begin, end }: Run): Batches<string> {
  const buffer = Buffer.allocUnsafe(BYTES_A_READ);
  let begun: Buffer[] = []; // of a line whose end has not been read
  for (let at = begin; at < end; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(BYTES_A_READ, end - at), at);
    if (bytesRead === 0) throw new Error('a temporary file has lost its end');
    at += bytesRead;
    const read = buffer.subarray(0, bytesRead);
    const last = read.lastIndexOf(LINE_BREAK);
    if (last < 0) {
      begun.push(Buffer.from(read));
      continue;
    }
    const text =
      begun.length === 0
        ? read.toString('utf8', 0, last)
        : Buffer.concat([...begun, read.subarray(0, last)]).toString();
    begun = last + 1 < bytesRead ? [Buffer.from(read.subarray(last + 1))] : [];
    yield text.split('\n');
  }
}

const LINE_BREAK = 0x0a;
