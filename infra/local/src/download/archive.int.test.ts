import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ArchiveCorruptedError, ArchiveUnreachableError, checksumFor, fetchArchive } from './archive.ts';

const patience = { answerMs: 300, stallMs: 300 };
let folder: string;
let packed: Buffer;
let sum: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bezel archive '));
  writeFileSync(join(folder, 'program'), 'what the publisher made');
  execFileSync('tar', ['-czf', 'tool.tar.gz', 'program'], { cwd: folder });
  packed = readFileSync(join(folder, 'tool.tar.gz'));
  sum = createHash('sha256').update(packed).digest('hex');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function publisher(handle: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const archiveAt = (url: string) => ({
  url: `${url}/tool.tar.gz`,
  checksum: { url: `${url}/checksums.txt`, algorithm: 'sha256' as const },
});

const serving =
  (body: Buffer): RequestListener =>
  (request, response) => {
    response.end(request.url === '/checksums.txt' ? `${'0'.repeat(64)}  other.zip\n${sum}  tool.tar.gz\n` : body);
  };

describe('fetchArchive', () => {
  test('unpacks an archive whose checksum is the publisher’s and says how far it is', async () => {
    await using server = await publisher(serving(packed));
    const target = join(folder, 'into');
    const progress: number[] = [];
    await fetchArchive(archiveAt(server.url), target, (received) => progress.push(received), patience);
    expect(readFileSync(join(target, 'program'), 'utf8')).toBe('what the publisher made');
    expect(readdirSync(target)).toEqual(['program']);
    expect(progress.at(-1)).toBe(packed.length);
  });

  test('keeps nothing of an archive with one changed byte', async () => {
    const changed = Buffer.from(packed);
    changed.writeUInt8(changed.readUInt8(20) ^ 1, 20);
    await using server = await publisher(serving(changed));
    const target = join(folder, 'into');
    await expect(fetchArchive(archiveAt(server.url), target, undefined, patience)).rejects.toThrow(
      ArchiveCorruptedError,
    );
    expect(readdirSync(target)).toEqual([]);
  });

  test('keeps nothing of an archive that breaks off', async () => {
    await using server = await publisher((request, response) => {
      if (request.url === '/checksums.txt') {
        response.end(`${sum}  tool.tar.gz\n`);
      } else {
        response.setHeader('content-length', packed.length);
        response.write(packed.subarray(0, 10), () => response.destroy());
      }
    });
    const target = join(folder, 'into');
    await expect(fetchArchive(archiveAt(server.url), target, undefined, patience)).rejects.toThrow(
      ArchiveUnreachableError,
    );
    expect(readdirSync(target)).toEqual([]);
  });

  test('gives up on a server that accepts and never answers, and on one that stops in the middle', async () => {
    await using silent = await publisher(() => {});
    const before = performance.now();
    await expect(fetchArchive(archiveAt(silent.url), join(folder, 'a'), undefined, patience)).rejects.toThrow(
      /no answer within 300 ms/,
    );
    await using stalling = await publisher((request, response) => {
      if (request.url === '/checksums.txt') {
        response.end(`${sum}  tool.tar.gz\n`);
      } else {
        response.write(packed.subarray(0, 10));
      }
    });
    await expect(fetchArchive(archiveAt(stalling.url), join(folder, 'b'), undefined, patience)).rejects.toThrow(
      /stalled for 300 ms/,
    );
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test('says that nobody listens, and that there is no such file', async () => {
    const closed = await publisher(() => {});
    const { url } = closed;
    await closed[Symbol.asyncDispose]();
    await expect(fetchArchive(archiveAt(url), join(folder, 'a'), undefined, patience)).rejects.toThrow(/ECONNREFUSED/);
    await using empty = await publisher((_request, response) => response.writeHead(404).end());
    await expect(fetchArchive(archiveAt(empty.url), join(folder, 'b'), undefined, patience)).rejects.toThrow(
      /HTTP 404/,
    );
    expect(existsSync(join(folder, 'b'))).toBe(false);
  });
});

describe('checksumFor', () => {
  const sha512 = 'ab12'.repeat(32);

  test('reads Apache’s broken lines', () => {
    const lines = sha512
      .toUpperCase()
      .match(/.{8}/g)
      ?.join(' ')
      .match(/.{1,45}/g)
      ?.join('\n       ');
    expect(checksumFor('kafka.tgz', `kafka.tgz: ${lines}\n`, 'sha512')).toBe(sha512);
  });

  test('reads a bare checksum', () => {
    expect(checksumFor('kafka.tgz', `${sha512}\n`, 'sha512')).toBe(sha512);
  });

  test('finds nothing in an error page or for another file', () => {
    expect(checksumFor('kafka.tgz', '<html>not found</html>', 'sha512')).toBeNull();
    expect(checksumFor('kafka.tgz', `${'a'.repeat(64)}  other.tgz`, 'sha256')).toBeNull();
  });
});
