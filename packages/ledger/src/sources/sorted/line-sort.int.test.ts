import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { collected } from '../batches.ts';
import { LineSort } from './line-sort.ts';

jest.setTimeout(60_000);

const folders = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('bezel-ledger-'));

test('sorts what does not fit into memory, can be read twice, and has no file that a killed process would leave', async () => {
  const lines = fc.array(fc.stringMatching(/^[a-e]{1,3}\t[xyzé€]{0,3}$/), { maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { maxLength: 6 }), fc.integer({ min: 1, max: 300 }), async (batches, inMemory) => {
      const before = await folders();
      await using sort = new LineSort({ inMemory });
      for (const batch of batches) await sort.add(batch);
      expect(await folders()).toEqual(before);
      expect(await collected(sort.sorted())).toEqual(batches.flat().sort());
      expect(await collected(sort.sorted())).toEqual(batches.flat().sort());
    }),
    { numRuns: 50 },
  );
});

test('is read by two at once', async () => {
  await using sort = new LineSort({ inMemory: 10 });
  const lines = Array.from({ length: 95 }, (_, index) => `${(index * 37) % 95}\t`);
  for (const line of lines) await sort.add([line]);
  const [one, other] = await Promise.all([collected(sort.sorted()), collected(sort.sorted())]);
  expect([one, other]).toEqual([lines.toSorted(), lines.toSorted()]);
});

test('a line may be longer than what is read at once', async () => {
  await using sort = new LineSort({ inMemory: 2 });
  const lines = ['c', 'a', 'b', 'd'].map((first) => `${first}\t${'é'.repeat(300_000)}`);
  await sort.add(lines);
  await sort.add(['e']);
  expect((await collected(sort.sorted())).map((line) => [line[0], line.length])).toEqual([
    ...['a', 'b', 'c', 'd'].map((first) => [first, 300_002]),
    ['e', 1],
  ]);
});

test('holds a bounded number of lines, whatever it is given', async () => {
  await using sort = new LineSort({ inMemory: 5_000 });
  const text = 'x'.repeat(1_000);
  let given = 0;
  for (let batch = 0; batch < 60; batch += 1) {
    const lines = Array.from({ length: 1_000 }, (_, index) => `${(index * 7919) % 1_000}\t${text}${batch}`);
    given += lines.length;
    await sort.add(lines);
  }
  let read = 0;
  let largest = 0;
  for await (const batch of sort.sorted()) {
    read += batch.length;
    largest = Math.max(largest, batch.length);
  }
  expect(read).toBe(given);
  expect(largest).toBeLessThanOrEqual(5_000);
});
