import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KEPT, keptBundle } from './kept-bundle.ts';

let folder: string;
let source: string;
const name = `test-${randomUUID()}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bezel-bundle-'));
  source = join(folder, 'source.ts');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(join(KEPT, `${name}.json`), { force: true });
});

/** A bundle as Temporal makes it: with a source map that names what went into it. */
const bundleOf = (...sources: string[]): { code: string } => ({
  code: `made ${randomUUID()}\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(
    JSON.stringify({ sources: ['webpack/bootstrap', ...sources] }),
  ).toString('base64')}`,
});

test('is made once, and anew when a file changes that went into it, or is gone', async () => {
  const get = () => keptBundle(name, async () => bundleOf(source));
  await writeFile(source, 'one');
  const first = await get();
  expect(await get()).toEqual(first);
  await writeFile(source, 'two');
  const second = await get();
  expect(second).not.toEqual(first);
  expect(await get()).toEqual(second);
  await writeFile(source, 'one');
  const third = await get();
  expect([first, second]).not.toContainEqual(third);
  await rm(source);
  expect(await get()).not.toEqual(third);
});

test('without a source map nobody knows when it is out of date: it is refused', async () => {
  await expect(keptBundle(`${name}-other`, async () => ({ code: 'made' }))).rejects.toThrow('no source map');
});
