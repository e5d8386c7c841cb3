import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from './run.ts';

/** A publisher's archive and where the publisher says what its checksum is. */
export interface Archive {
  /** `.tar.gz` / `.tgz`. */
  readonly url: string;
  readonly checksum: {
    readonly url: string;
    readonly algorithm: 'sha256' | 'sha512';
  };
}

/** How long to wait. Times in milliseconds. */
export interface Patience {
  /** Until the server answers at all. */
  readonly answerMs: number;
  /** Between two pieces of the body. */
  readonly stallMs: number;
}

export const DEFAULT_PATIENCE: Patience = { answerMs: 4_000, stallMs: 20_000 };

/** The publisher could not be reached, or has no such file: somewhere else may be tried. */
export class ArchiveUnreachableError extends Error {
  readonly code = 'ARCHIVE_UNREACHABLE';

  constructor(url: string, why: string, cause?: unknown) {
    super(`${url}: ${why}`, { cause });
    this.name = 'ArchiveUnreachableError';
  }
}

/** What arrived is not what the publisher says it is. Nothing of it was kept. */
export class ArchiveCorruptedError extends Error {
  readonly code = 'ARCHIVE_CORRUPTED';

  constructor(url: string, expected: string, actual: string) {
    super(`${url}: checksum is ${actual}, the publisher says ${expected}`);
    this.name = 'ArchiveCorruptedError';
  }
}

/**
 * Fetches an archive, compares its checksum with the publisher's, and unpacks it into `folder`. Throws
 * {@link ArchiveUnreachableError} within seconds when nobody answers and {@link ArchiveCorruptedError} when the
 * checksum differs; then nothing is left in `folder`. `onProgress` is told the bytes received and, if known, of how many.
 * `signal` breaks it off.
 */
export async function fetchArchive(
  archive: Archive,
  folder: string,
  onProgress: (received: number, total: number | null) => void = () => {},
  patience: Patience = DEFAULT_PATIENCE,
  signal?: AbortSignal,
): Promise<void> {
  const expected = await fetchChecksum(archive, patience, signal);
  await mkdir(folder, { recursive: true });
  const file = join(folder, '.archive');
  try {
    const actual = await fetchFile(archive, file, onProgress, patience, signal);
    if (actual !== expected) {
      throw new ArchiveCorruptedError(archive.url, expected, actual);
    }
    await run('tar', ['-xzf', file, '-C', folder], signal === undefined ? {} : { signal });
  } finally {
    await rm(file, { force: true });
  }
}

async function fetchChecksum({ url, checksum }: Archive, patience: Patience, signal?: AbortSignal): Promise<string> {
  const { response, abort } = await answer(checksum.url, patience, signal);
  const timer = setTimeout(() => abort(`no answer within ${patience.stallMs} ms`), patience.stallMs);
  const text = await response
    .text()
    .catch((error: Error) => {
      throw new ArchiveUnreachableError(checksum.url, error.message, error);
    })
    .finally(() => clearTimeout(timer));
  const found = checksumFor(url.slice(url.lastIndexOf('/') + 1), text, checksum.algorithm);
  if (found === null) {
    throw new ArchiveUnreachableError(checksum.url, `names no ${checksum.algorithm} checksum of the archive`);
  }
  return found;
}

/**
 * Finds a file's checksum in what publishers write: `<hex>  <file>` lines (sha256sum), or Apache's
 * `<file>: AB12 CD34 …` broken over lines. Lower-case hex, or null when it is not there.
 */
export function checksumFor(file: string, text: string, algorithm: 'sha256' | 'sha512'): string | null {
  const length = algorithm === 'sha256' ? 64 : 128;
  const line = text.split('\n').find((candidate) => candidate.trim().endsWith(file) && !candidate.includes(':'));
  const plain = line?.trim().split(/\s+/)[0]?.toLowerCase();
  if (plain !== undefined && plain.length === length && /^[0-9a-f]+$/.test(plain)) {
    return plain;
  }
  const start = text.indexOf(`${file}:`);
  if (start >= 0) {
    const hex = text
      .slice(start + file.length + 1)
      .replace(/\s+/g, '')
      .slice(0, length)
      .toLowerCase();
    return hex.length === length && /^[0-9a-f]+$/.test(hex) ? hex : null;
  }
  const bare = text.trim().toLowerCase();
  return bare.length === length && /^[0-9a-f]+$/.test(bare) ? bare : null;
}

async function fetchFile(
  { url, checksum }: Archive,
  file: string,
  onProgress: (received: number, total: number | null) => void,
  patience: Patience,
  signal?: AbortSignal,
): Promise<string> {
  const { response, abort } = await answer(url, patience, signal);
  if (response.body === null) {
    throw new ArchiveUnreachableError(url, 'empty answer');
  }
  const length = response.headers.get('content-length');
  const total = length === null ? null : Number(length);
  const hash = createHash(checksum.algorithm);
  const stalled = (): void => abort(`stalled for ${patience.stallMs} ms`);
  let timer = setTimeout(stalled, patience.stallMs);
  let received = 0;
  const observe = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(stalled, patience.stallMs);
      hash.update(chunk);
      received += chunk.length;
      onProgress(received, total);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body), observe, createWriteStream(file));
  } catch (error) {
    throw new ArchiveUnreachableError(url, (error as Error).message, error);
  } finally {
    clearTimeout(timer);
  }
  return hash.digest('hex');
}

async function answer(
  url: string,
  { answerMs }: Patience,
  signal?: AbortSignal,
): Promise<{ response: Response; abort: (why: string) => void }> {
  const controller = new AbortController();
  const abort = (why: string): void => controller.abort(new Error(why));
  const timer = setTimeout(() => abort(`no answer within ${answerMs} ms`), answerMs);
  try {
    const either = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
    const response = await fetch(url, { signal: either });
    if (!response.ok) {
      throw new ArchiveUnreachableError(url, `HTTP ${response.status}`);
    }
    return { response, abort };
  } catch (error) {
    if (error instanceof ArchiveUnreachableError) {
      throw error;
    }
    // fetch hides the reason in the cause; that of several refused addresses has a code and no message.
    const { cause, message } = error as Error & { cause?: { message?: string; code?: string } };
    const why = cause?.message || cause?.code || message;
    throw new ArchiveUnreachableError(url, why, error);
  } finally {
    clearTimeout(timer);
  }
}
