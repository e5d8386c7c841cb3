import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ProblemError } from '@bezel/service';
import { StlCheck } from './stl/index.ts';

/** Bytes of one piece of a stored model; the last one may be shorter. */
export const PIECE_BYTES = 1024 * 1024;

/** A model that arrived whole and passed the door's check. Its bytes wait outside the memory until it is disposed. */
export interface ReceivedModel extends AsyncDisposable {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly fileName: string;
  readonly bytes: number;
  /** The bytes again from the start, {@link PIECE_BYTES} at a time. Each piece is valid until the next is asked for. */
  pieces(): AsyncIterable<Buffer>;
}

/**
 * Takes in a model as fast as its sender sends, hashing and checking on the way. The bytes go to a file that has no name
 * any more: a process that is killed leaves nothing behind, and no database connection waits for a slow sender.
 *
 * @throws ProblemError 422 when the file is plainly not an STL
 */
export async function receiveModel(stream: Readable, fileName: string): Promise<ReceivedModel> {
  const file = await openNameless();
  try {
    const hash = createHash('sha256');
    const check = new StlCheck();
    let bytes = 0;
    for await (const piece of stream as AsyncIterable<Buffer>) {
      hash.update(piece);
      check.push(piece);
      await file.write(piece, 0, piece.length, bytes);
      bytes += piece.length;
    }
    const fault = check.fault();
    if (fault !== null) {
      throw new ProblemError({ status: 422, ...fault, errors: [{ path: 'model', message: fault.detail }] });
    }
    return {
      sha256: hash.digest('hex'),
      fileName,
      bytes,
      pieces: () => piecesOf(file, bytes),
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `bezel-model-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

async function* piecesOf(file: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes));
  for (let at = 0; at < bytes; ) {
    const wanted = Math.min(buffer.length, bytes - at);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await file.read(buffer, filled, wanted - filled, at + filled);
      if (bytesRead === 0) throw new Error(`the file of a received model ended after ${at + filled} of ${bytes} bytes`);
      filled += bytesRead;
    }
    yield buffer.subarray(0, wanted);
    at += wanted;
  }
}
