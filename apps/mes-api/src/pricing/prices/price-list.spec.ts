import { describe, expect, test } from '@jest/globals';
import { checkValidity, type PriceList, priceListAt, readPriceLists } from './price-list.ts';

const lists = readPriceLists();
const span = (id: string, validFrom: number, validUntil: number | null): PriceList => ({
  ...(lists[0] as PriceList),
  id,
  validFrom,
  validUntil,
});

describe('the price lists of the house', () => {
  test('follow each other and do not end', () => {
    expect(lists.at(-1)?.validUntil).toBeNull();
  });

  test('a list is valid from its first moment to just before its last', () => {
    const two = [span('one', 0, 100), span('two', 100, null)];
    expect([0, 99, 100, 10 ** 15].map((at) => priceListAt(two, at).id)).toEqual(['one', 'one', 'two', 'two']);
  });

  test('no list is an error that says what to do', () => {
    expect(() => priceListAt(lists, 0)).toThrow(/1970-01-01.*add one/);
  });

  test.each([
    ['a hole', [span('one', 0, 90), span('two', 100, null)]],
    ['an overlap', [span('one', 0, 110), span('two', 100, null)]],
    ['an open end before another', [span('one', 0, null), span('two', 100, null)]],
    ['an end before its beginning', [span('one', 100, 50)]],
  ])('%s is refused', (_name, wrong) => {
    expect(() => checkValidity(wrong)).toThrow(/price list one/);
  });
});
