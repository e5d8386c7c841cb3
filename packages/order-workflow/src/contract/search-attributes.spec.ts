import { ORDER_SEARCH_ATTRIBUTES } from '@bezel/local/testing';
import { expect, test } from '@jest/globals';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

test('the local stack and the tests register exactly the attributes that orders set', () => {
  const set = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, type]);
  expect(Object.fromEntries(set)).toEqual(ORDER_SEARCH_ATTRIBUTES);
});
