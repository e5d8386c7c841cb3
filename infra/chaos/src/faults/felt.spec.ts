import { expect, test } from '@jest/globals';
import { Felt } from './felt.ts';

test('a fault is alone when no other was felt from its cause until the system moved again', () => {
  const felt = new Felt();
  const first = felt.begin();
  felt.end(first);
  const second = felt.begin();
  expect([first.alone, second.alone]).toEqual([true, true]);
  const third = felt.begin();
  felt.end(second);
  const fourth = felt.begin();
  expect([first, second, third, fourth].map(({ alone }) => alone)).toEqual([true, false, false, false]);
});
