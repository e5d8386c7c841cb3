import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { collected } from './batches.ts';
import { ExternalSort } from './external-sort.ts';

interface Item {
  readonly key: string;
  readonly offset: bigint;
}

const folders = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('bezel-ledger-'));

test('sorts what does not fit into memory, can be read twice, and leaves no file behind', async () => {
  const items = fc.array(
    fc.record({ key: fc.stringMatching(/^[a-e]{1,3}$/), offset: fc.bigInt({ min: 0n, max: 2n ** 70n }) }),
    {
      maxLength: 200,
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(items, { maxLength: 6 }), fc.integer({ min: 1, max: 300 }), async (batches, inMemory) => {
      const before = await folders();
      {
        await using sort = new ExternalSort<Item>((item) => item.key, { inMemory });
        for (const batch of batches) await sort.add(batch);
        const sorted = await collected(sort.sorted());
        const all = batches.flat();
        expect(sorted.map((item) => item.key)).toEqual(all.map((item) => item.key).toSorted());
        expect(new Set(sorted.map(({ key, offset }) => `${key} ${offset}`))).toEqual(
          new Set(all.map(({ key, offset }) => `${key} ${offset}`)),
        );
        expect(await collected(sort.sorted())).toEqual(sorted);
      }
      expect(await folders()).toEqual(before);
    }),
    { numRuns: 50 },
  );
});

test('holds a bounded number of items, whatever it is given', async () => {
  await using sort = new ExternalSort<{ key: string; text: string }>((item) => item.key, { inMemory: 5_000 });
  const text = 'x'.repeat(1_000);
  let given = 0;
  for (let batch = 0; batch < 60; batch += 1) {
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      key: `${(index * 7919) % 1_000}`,
      text: `${text}${batch}`,
    }));
    given += items.length;
    await sort.add(items);
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
