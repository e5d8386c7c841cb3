import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { aPriceList } from '../../testing/price-list-folder.ts';
import { type PriceListNews, PriceLists } from './price-lists.ts';

const at = (day: string): number => Date.parse(`${day}T12:00:00Z`);

let path: string;
let news: PriceListNews[];
let lists: PriceLists;
let clock: jest.Spied<() => number>;
let passed = 0;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'price-lists-'));
  news = [];
  lists = new PriceLists({ folder: pathToFileURL(path + sep), onNews: (one) => news.push(one) });
  // The second between two looks is told, not waited for.
  clock = jest.spyOn(performance, 'now').mockImplementation(() => passed);
});
afterEach(async () => {
  clock.mockRestore();
  await rm(path, { recursive: true });
});
const put = (file: string, content: unknown) =>
  writeFile(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
const secondLater = () => {
  passed += 1_000;
};

describe('the folder of price lists', () => {
  test('a list that is added is used without a restart, at once where no other is valid', async () => {
    await put('one.json', aPriceList('one', '2026-01-01', '2026-06-01'));
    await expect(lists.validAt(at('2026-07-01'))).rejects.toMatchObject({
      code: 'NO_PRICE_LIST',
      message: expect.stringMatching(/2026-07-01T12:00.*add one/),
    });
    await put('two.json', aPriceList('two', '2026-06-01'));
    expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ id: 'two' });
    expect(news).toMatchObject([
      { kind: 'read', ids: ['one'], holes: [{ from: Date.parse('2026-06-01'), until: null }] },
      { kind: 'read', ids: ['one', 'two'], holes: [] },
    ]);
  });

  test('a list that is changed counts from the next look on, and all who ask before it get the old one', async () => {
    await put('one.json', { ...aPriceList('one', '2026-01-01'), currency: 'EUR' });
    expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ currency: 'EUR' });
    await put('one.json', { ...aPriceList('one', '2026-01-01'), currency: 'USD' });
    expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ currency: 'EUR' });
    secondLater();
    expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ currency: 'USD' });
  });

  test.each([
    ['half a file', '{ "id": "tw'],
    ['an overlap', aPriceList('two', '2026-03-01')],
  ])('%s beside good ones: these go on, and it is told once', async (_, broken) => {
    await put('one.json', aPriceList('one', '2026-01-01'));
    await lists.validAt(at('2026-07-01'));
    await put('two.json', broken);
    for (const _again of [1, 2, 3]) {
      secondLater();
      expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ id: 'one' });
    }
    expect(news.map(({ kind }) => kind)).toEqual(['read', 'broken']);
    await expect(lists.validAt(at('2025-07-01'))).rejects.toMatchObject({
      code: 'NO_PRICE_LIST',
      message: expect.stringMatching(/2025-07-01.*cannot be read: price list (two.json|one must end)/),
    });
    await put('one.json', aPriceList('one', '2026-01-01', '2026-03-01'));
    await put('two.json', aPriceList('two', '2026-03-01'));
    secondLater();
    expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ id: 'two' });
  });

  test('a folder that goes away for a while takes nothing with it', async () => {
    await put('one.json', aPriceList('one', '2026-01-01'));
    await lists.validAt(at('2026-07-01'));
    await rm(path, { recursive: true });
    secondLater();
    expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ id: 'one' });
    expect(news.at(-1)).toMatchObject({ kind: 'broken', error: { message: expect.stringContaining('ENOENT') } });
    await mkdir(path);
    await put('one.json', aPriceList('one', '2026-01-01'));
    secondLater();
    await lists.validAt(at('2026-07-01'));
    expect(news.map(({ kind }) => kind)).toEqual(['read', 'broken', 'read']);
  });

  test('that is broken from the start says so until it is mended', async () => {
    await put('one.json', '[]');
    await expect(lists.validAt(at('2026-07-01'))).rejects.toMatchObject({ code: 'PRICE_LISTS_BROKEN' });
    await put('one.json', aPriceList('one', '2026-01-01'));
    expect(await lists.validAt(at('2026-07-01'))).toMatchObject({ id: 'one' });
  });

  test('many who ask at once share one look', async () => {
    await put('one.json', aPriceList('one', '2026-01-01'));
    const all = await Promise.all(Array.from({ length: 50 }, () => lists.validAt(at('2026-07-01'))));
    expect(new Set(all).size).toBe(1);
    expect(news).toHaveLength(1);
  });
});
