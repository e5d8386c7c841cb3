import { ModelRef } from '@bezel/contracts';
import { expect, test } from '@jest/globals';
import { fileNameOf } from './file-name.ts';

test.each([
  ['ring.stl', 'ring.stl'],
  ['Verlobungsring für Anna.STL', 'Verlobungsring für Anna.STL'],
  ['C:\\models\\ring.stl', 'ring.stl'],
  ['../../etc/passwd', 'passwd'],
  ['a\u0000b\nc.stl', 'abc.stl'],
  ['\ud800.stl', '.stl'],
  ['models/', 'model.stl'],
  ['   ', 'model.stl'],
])('%j is shown as %j', (sent, shown) => {
  expect(fileNameOf(sent)).toBe(shown);
});

test('whatever is sent fits the contract', () => {
  for (const sent of ['x'.repeat(300), '💍'.repeat(300), '']) {
    expect(ModelRef.shape.fileName.safeParse(fileNameOf(sent)).success).toBe(true);
  }
});
