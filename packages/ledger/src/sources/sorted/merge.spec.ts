import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batches } from '../batches.ts';
import { type Group, groupSorted, mergeSorted, SourceUnsortedError } from './merge.ts';

interface Item {
  readonly key: string;
  readonly source: number;
}

/** Reads to the end. */
async function all(groups: AsyncIterable<Group<Item>>): Promise<Group<Item>[]> {
  const read: Group<Item>[] = [];
  for await (const group of groups) read.push(group);
  return read;
}

const keyOf = (item: Item): string => item.key;

/** A source in batches of the given sizes; tells when it was stopped. */
async function* source<One>(items: readonly One[], sizes: readonly number[], stopped?: () => void): Batches<One> {
  const rest = [...items];
  try {
    for (const size of sizes) yield rest.splice(0, size);
    yield rest;
  } finally {
    stopped?.();
  }
}

const keys = fc.array(fc.stringMatching(/^[a-f]{1,2}$/), { maxLength: 30 });
const sizes = fc.array(fc.nat(4), { maxLength: 8 });

describe('groupSorted', () => {
  test('gives each key once, ascending, with all its items from all sources', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(keys, sizes), { maxLength: 6 }), async (inputs) => {
        const items = inputs.map(([list], index) => list.toSorted().map((key) => ({ key, source: index })));
        const sources = inputs.map(([, batches], index) => source(items[index] ?? [], batches));
        const groups = await all(groupSorted(sources, keyOf));
        const flat = items.flat();
        const expected = [...new Set(flat.map(keyOf))].toSorted();
        expect(groups.map((group) => group.key)).toEqual(expected);
        for (const group of groups) {
          expect(group.items).toEqual(flat.filter((item) => item.key === group.key));
        }
      }),
    );
  });

  test('refuses a source that goes back', async () => {
    const back = ['b', 'c', 'a'].map((key) => ({ key, source: 0 }));
    await expect(all(groupSorted([source(back, [2])], keyOf))).rejects.toThrow(SourceUnsortedError);
  });

  test('stops its sources when the reader stops', async () => {
    const stopped: number[] = [];
    const items = ['a', 'b'].map((key) => ({ key, source: 0 }));
    const sources = [0, 1].map((index) => source(items, [1, 1], () => stopped.push(index)));
    for await (const group of groupSorted(sources, keyOf)) {
      expect(group.key).toBe('a');
      break;
    }
    expect(stopped.toSorted()).toEqual([0, 1]);
  });
});

describe('mergeSorted', () => {
  test('gives every line of every source, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(keys, sizes), { maxLength: 9 }), async (inputs) => {
        const merged: string[] = [];
        for await (const batch of mergeSorted(inputs.map(([list, batches]) => source(list.toSorted(), batches)))) {
          merged.push(...batch);
        }
        expect(merged).toEqual(inputs.flatMap(([list]) => list).toSorted());
      }),
    );
  });

  test('refuses a source that goes back, and stops all', async () => {
    const stopped: number[] = [];
    const sources = [['b', 'a'], ['c']].map((items, index) => source(items, [1], () => stopped.push(index)));
    await expect(mergeSorted(sources)[Symbol.asyncIterator]().next()).rejects.toThrow(SourceUnsortedError);
    expect(stopped.toSorted()).toEqual([0, 1]);
  });
});
