import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkValidity, holesIn, type PriceList, parsePriceLists, priceListAt } from './price-list.ts';
import { PRICE_LIST_FOLDER } from './price-lists.ts';

const files = readdirSync(PRICE_LIST_FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, text: readFileSync(new URL(file, PRICE_LIST_FOLDER), 'utf8') }));
const lists = parsePriceLists(files);
const span = (id: string, validFrom: number, validUntil: number | null): PriceList => ({
  ...(lists[0] as PriceList),
  id,
  validFrom,
  validUntil,
});

describe('the price lists of the house', () => {
  test('follow each other without a hole and do not end', () => {
    expect(holesIn(lists)).toEqual([]);
    expect(lists.at(-1)?.validUntil).toBeNull();
  });

  test('come oldest first, whatever the files are called', () => {
    expect(parsePriceLists([...files].reverse())).toEqual(lists);
  });
});

describe('a list', () => {
  test('is valid from its first moment to just before its last', () => {
    const two = [span('one', 0, 100), span('two', 100, null)];
    expect([0, 99, 100, 10 ** 15].map((at) => priceListAt(two, at)?.id)).toEqual(['one', 'one', 'two', 'two']);
    expect(priceListAt(two, -1)).toBeUndefined();
  });

  test.each([
    ['an overlap', [span('one', 0, 110), span('two', 100, null)], 'one'],
    ['an open end before another', [span('one', 0, null), span('two', 100, null)], 'one'],
    ['an end before its beginning', [span('one', 100, 50)], 'one'],
    ['an id twice', [span('one', 0, 100), span('two', 100, 200), span('one', 200, null)], 'one'],
  ])('%s is refused', (_name, wrong, id) => {
    expect(() => checkValidity(wrong)).toThrow(new RegExp(`price list ${id}`));
  });

  test('holes are allowed and told', () => {
    const holed = checkValidity([span('one', 0, 90), span('two', 100, 200)]);
    expect(holesIn(holed)).toEqual([
      { from: 90, until: 100 },
      { from: 200, until: null },
    ]);
    expect([89, 90, 99, 100, 200].map((at) => priceListAt(holed, at)?.id)).toEqual([
      'one',
      undefined,
      undefined,
      'two',
      undefined,
    ]);
  });
});

describe('a file', () => {
  const change = (more: object): string => JSON.stringify({ ...JSON.parse(files.at(-1)?.text as string), ...more });

  test.each([
    ['half written', '{ "id": "2027', /half.json/],
    ['without a metal', change({ metals: {} }), /half.json/],
    ['with a price in euros', change({ stones: { label: 'x', stoneMinor: '18.50', settingMinor: '9' } }), /stoneMinor/],
    ['with a negative price', change({ stones: { label: 'x', stoneMinor: '-1', settingMinor: '9' } }), /stoneMinor/],
    ['with a word nobody knows', change({ discounts: {} }), /discounts/],
    ['with a discount of more than all', change({ partnerDiscountsPermille: { acme: 1001 } }), /acme/],
    ['with a discount of half a permille', change({ partnerDiscountsPermille: { acme: 0.5 } }), /acme/],
    ['with a local time', change({ validFrom: '2027-01-01T00:00:00' }), /validFrom/],
  ])('%s is refused, with what is wrong', (_name, text, reason) => {
    expect(() => parsePriceLists([{ file: 'half.json', text }])).toThrow(reason);
  });

  test('that was changed has another name, one that was only written otherwise has the same', () => {
    const nameOf = (text: string) => parsePriceLists([{ file: 'a.json', text }])[0]?.name;
    const stones = { label: 'Brilliant 1.5 mm', stoneMinor: '1', settingMinor: '1' };
    expect(nameOf(change({ stones }))).not.toBe(nameOf(change({})));
    expect(nameOf(change({}).replaceAll(',', ' ,\n'))).toBe(nameOf(change({})));
  });

  test('without discounts has none', () => {
    const { partnerDiscountsPermille: _, ...without } = JSON.parse(files.at(-1)?.text as string);
    const [list] = parsePriceLists([{ file: 'a.json', text: JSON.stringify(without) }]);
    expect(list?.partnerDiscountsPermille).toEqual({});
  });
});
