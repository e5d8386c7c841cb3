import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BoxTree } from './box-tree.ts';

const side = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.nat(6)).map(([from, length]) => [from, from + length]);
const box = fc.tuple(side, side, side).map(([x, y, z]) => [x[0], y[0], z[0], x[1], y[1], z[1]] as number[]);
const overlap = (a: readonly number[], b: readonly number[]) =>
  [0, 1, 2].every((axis) => (a[axis] ?? 0) <= (b[axis + 3] ?? 0) && (b[axis] ?? 0) <= (a[axis + 3] ?? 0));

test('finds each pair of overlapping boxes once, as comparing all with all does', () => {
  fc.assert(
    fc.property(fc.array(box, { maxLength: 150 }), (boxes) => {
      const found: string[] = [];
      new BoxTree(Float32Array.from(boxes.flat())).forEachOverlap((one, other) => {
        found.push(`${Math.min(one, other)} ${Math.max(one, other)}`);
        return true;
      });
      const all = boxes.flatMap((one, at) =>
        boxes.flatMap((other, to) => (at < to && overlap(one, other) ? [`${at} ${to}`] : [])),
      );
      expect(found.sort()).toEqual(all.sort());
    }),
  );
});

test('ends when it is told to', () => {
  const boxes = new Float32Array(60);
  let visits = 0;
  new BoxTree(boxes).forEachOverlap(() => ++visits < 3);
  expect(visits).toBe(3);
});
