import { describe, expect, test } from '@jest/globals';
import {
  asciiStl,
  binaryStl,
  cube,
  insideOut,
  type Point,
  sphere,
  type Triangle,
  torus,
} from '../../testing/shapes.ts';
import { analyseModel } from './analyse-model.ts';

const mm3 = (um3: string): number => Number(BigInt(um3)) / 1e9;
const mm2 = (um2: string): number => Number(BigInt(um2)) / 1e6;
const measured = (triangles: readonly Triangle[]) => analyseModel(binaryStl(triangles));
const off = (value: number, exact: number): number => Math.abs(value / exact - 1);
const moved = (triangles: readonly Triangle[], [x, y, z]: Point): Triangle[] =>
  triangles.map((corners) => corners.map((p): Point => [p[0] + x, p[1] + y, p[2] + z]) as unknown as Triangle);
const scaled = (triangles: readonly Triangle[], by: number): Triangle[] =>
  triangles.map((corners) => corners.map((p): Point => [p[0] * by, p[1] * by, p[2] * by]) as unknown as Triangle);

/** Volume and surface of a polyhedron by the divergence theorem, in double precision: no mesh library takes part. */
function exactly(triangles: readonly Triangle[]): { readonly volume: number; readonly surface: number } {
  let [volume, surface] = [0, 0];
  for (const [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] of triangles) {
    volume += (ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)) / 6;
    const [ux, uy, uz, vx, vy, vz] = [bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az];
    surface += Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2;
  }
  return { volume, surface };
}

const grid = (rows: number) => ({ rows, columns: rows / 2 });
/** Both by the number of rows they are made of, with what the smooth body measures. */
const ROUND = [
  {
    name: 'a sphere',
    of: (rows: number) => sphere(5, [0, 0, 0], grid(rows)),
    volume: (4 / 3) * Math.PI * 125,
    surface: 4 * Math.PI * 25,
  },
  {
    name: 'a torus',
    of: (rows: number) => torus(10, 2, grid(rows)),
    volume: 2 * Math.PI ** 2 * 10 * 4,
    surface: 4 * Math.PI ** 2 * 10 * 2,
  },
];

describe.each(ROUND)('$name of facets', ({ of, volume, surface }) => {
  test('measures what its facets enclose, to a millionth, wherever it stands', async () => {
    for (const body of [of(24), of(48), moved(of(48), [40, -30, 20])]) {
      const exact = exactly(body);
      const geometry = await measured(body);
      expect(off(mm3(geometry.volumeUm3), exact.volume)).toBeLessThan(1e-6);
      expect(off(mm2(geometry.surfaceUm2), exact.surface)).toBeLessThan(1e-6);
    }
  });

  test('comes near to the smooth body with the square of the fineness, from below', async () => {
    const measuredAt = await Promise.all([24, 48, 96].map((rows) => measured(of(rows))));
    for (const missing of [
      measuredAt.map((geometry) => volume - mm3(geometry.volumeUm3)),
      measuredAt.map((geometry) => surface - mm2(geometry.surfaceUm2)),
    ]) {
      const [coarse, fine, finest] = missing as [number, number, number];
      expect(finest).toBeGreaterThan(0);
      for (const ratio of [coarse / fine, fine / finest]) {
        expect(ratio).toBeGreaterThan(3.8);
        expect(ratio).toBeLessThan(4.2);
      }
    }
  });
});

describe('two shells', () => {
  const [outer, inner] = [sphere(5, [0, 0, 0], grid(48)), sphere(3, [0, 0, 0], grid(48))];
  const between = exactly(outer).volume - exactly(inner).volume;

  test.each([
    ['the inner facing inwards', [...outer, ...insideOut(inner)]],
    ['all the wrong way round', [...insideOut(outer), ...inner]],
  ])('one within the other, %s, are a hollow body', async (_, body) => {
    const geometry = await measured(body);
    expect(off(mm3(geometry.volumeUm3), between)).toBeLessThan(1e-6);
    expect(geometry.warnings).toContainEqual(expect.stringContaining('hollow'));
  });

  test('both facing outwards are one body: what they share is counted once', async () => {
    const geometry = await measured([...outer, ...inner]);
    expect(off(mm3(geometry.volumeUm3), exactly(outer).volume)).toBeLessThan(1e-6);
    expect(geometry.warnings).toEqual([expect.stringContaining('overlap')]);
  });

  test('beside each other are summed, whichever of them faces inwards', async () => {
    const sum = exactly(outer).volume + exactly(inner).volume;
    const apart = moved(inner, [20, 0, 0]);
    for (const body of [
      [...outer, ...apart],
      [...outer, ...insideOut(apart)],
      [...insideOut(outer), ...insideOut(apart)],
    ]) {
      expect(off(mm3((await measured(body)).volumeUm3), sum)).toBeLessThan(1e-6);
    }
  });
});

const bodies: readonly (readonly [string, readonly Triangle[]])[] = [
  ['a cube', cube(10)],
  ['a sphere', sphere(5, [1, 2, 3], grid(24))],
  ['a torus inside out', insideOut(torus(10, 2, grid(24)))],
  ['a hollow ball', [...sphere(5, [0, 0, 0], grid(24)), ...insideOut(sphere(3, [0, 0, 0], grid(24)))]],
];
test.each(bodies)('%s measures the same in binary and in ASCII', async (_, body) => {
  expect(await analyseModel(asciiStl(body))).toEqual(await measured(body));
});

describe('a model in another unit than millimetres', () => {
  const ring = torus(9, 1.2, grid(24));
  const bangle = torus(31, 2, grid(24));

  test.each([
    ['a ring in metres', scaled(ring, 1 / 1000)],
    ['a ring in inches', scaled(ring, 1 / 25.4)],
    ['a bangle in metres', scaled(bangle, 1 / 1000)],
    ['a ring in micrometres', scaled(ring, 1000)],
  ])('%s is rejected, with what to do', async (_, model) => {
    await expect(measured(model)).rejects.toMatchObject({
      name: 'ModelRejected',
      message: expect.stringMatching(/probably exported in .*please export it in millimetres/),
    });
  });

  test.each([
    ['a bangle in inches', scaled(bangle, 1 / 25.4)],
    ['a ring in centimetres', scaled(ring, 1 / 10)],
  ])('%s could be a tiny piece: it is measured, with a warning', async (_, model) => {
    expect((await measured(model)).warnings).toContainEqual(expect.stringMatching(/only 2\.\d mm large.*inches/));
  });

  test.each([
    ['a ring', ring],
    ['a bangle', bangle],
  ])('%s in millimetres is not doubted', async (_, model) => {
    expect((await measured(model)).warnings).toEqual([]);
  });
});
