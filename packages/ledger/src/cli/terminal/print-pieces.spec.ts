import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { EXIT, type Pieces } from '../command.ts';
import { printPieces } from './print-pieces.ts';

const { signal } = new AbortController();

/** So many pieces of 1 KB, and how many of them have been asked for. */
function pieces(count: number) {
  const asked = { pieces: 0 };
  async function* each(): Pieces {
    while (asked.pieces < count) {
      asked.pieces += 1;
      yield `${'x'.repeat(1_023)}\n`;
    }
    return EXIT.unaccounted;
  }
  return { asked, each: each() };
}

/** Until all that can go on without anybody reading has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('holds no more than a pipe does while nobody reads, and prints all once somebody does', async () => {
  const { asked, each } = pieces(1_000);
  const out = new PassThrough({ highWaterMark: 4_096 });
  const printing = printPieces(each, { out, signal });
  await settled();
  expect(asked.pieces).toBeLessThan(20);
  let read = 0;
  out.on('data', (chunk: Buffer) => (read += chunk.length));
  expect(await printing).toBe(1);
  expect(read).toBe(1_000 * 1_024);
});

test('goes on to the end when nobody reads any more: the exit code is what was found', async () => {
  const { asked, each } = pieces(100);
  const out = new PassThrough();
  out.on('error', () => {});
  out.destroy();
  expect(await printPieces(each, { out, signal })).toBe(1);
  expect(asked.pieces).toBe(100);
});

test('told to end while nobody reads: it waits for nobody', async () => {
  const { each } = pieces(1_000);
  const ending = new AbortController();
  const printing = printPieces(each, { out: new PassThrough({ highWaterMark: 1 }), signal: ending.signal });
  await settled();
  ending.abort(new Error('ended by SIGINT'));
  await expect(printing).rejects.toThrow('ended by SIGINT');
});
