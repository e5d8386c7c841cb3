import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  asciiStl,
  binaryStl,
  cube,
  figureOfEight,
  insideOut,
  kleinBottle,
  sphere,
  type Triangle,
  torus,
} from '../../testing/shapes.ts';
import { analyseModel } from './analyse-model.ts';

jest.setTimeout(60_000);

const mm3 = (um3: string): number => Number(BigInt(um3)) / 1e9;
const mm2 = (um2: string): number => Number(BigInt(um2)) / 1e6;
const measured = (triangles: readonly Triangle[]) => analyseModel(binaryStl(triangles));
const rejection = async (triangles: readonly Triangle[]): Promise<string> => {
  const outcome = await measured(triangles).catch((error: Error) => error);
  expect(outcome).toMatchObject({ name: 'ModelRejected' });
  return (outcome as Error).message;
};

describe('what a body measures', () => {
  test('a cube, exactly', async () => {
    expect(await measured(cube(10))).toEqual({
      volumeUm3: '1000000000000',
      surfaceUm2: '600000000',
      boundingBoxUm: [10_000, 10_000, 10_000],
      triangles: 12,
      warnings: [],
    });
  });

  test('the largest cube, beyond 2^53 µm³', async () => {
    expect((await measured(cube(300))).volumeUm3).toBe('27000000000000000');
  });

  test('a torus within a thousandth of 2π²Rr² and 4π²Rr', async () => {
    const geometry = await measured(torus(10, 2));
    expect(mm3(geometry.volumeUm3) / (2 * Math.PI ** 2 * 10 * 4)).toBeCloseTo(1, 2);
    expect(Math.abs(mm3(geometry.volumeUm3) / (2 * Math.PI ** 2 * 10 * 4) - 1)).toBeLessThan(0.001);
    expect(Math.abs(mm2(geometry.surfaceUm2) / (4 * Math.PI ** 2 * 10 * 2) - 1)).toBeLessThan(0.001);
    expect(geometry.boundingBoxUm).toEqual([24_000, 24_000, 4_000]);
  });

  test('a sphere within a thousandth', async () => {
    const geometry = await measured(sphere(5));
    expect(Math.abs(mm3(geometry.volumeUm3) / ((4 / 3) * Math.PI * 125) - 1)).toBeLessThan(0.001);
    expect(Math.abs(mm2(geometry.surfaceUm2) / (4 * Math.PI * 25) - 1)).toBeLessThan(0.001);
  });

  test('two bodies apart are summed', async () => {
    const geometry = await measured([...cube(10), ...cube(5, [20, 0, 0])]);
    expect(geometry).toMatchObject({ volumeUm3: '1125000000000', surfaceUm2: '750000000', warnings: [] });
  });

  test('a shell facing inwards within another is a hollow', async () => {
    const geometry = await measured([...cube(10), ...insideOut(cube(4, [3, 3, 3]))]);
    expect(geometry.volumeUm3).toBe('936000000000');
    expect(geometry.surfaceUm2).toBe('696000000');
    expect(geometry.warnings).toEqual([expect.stringContaining('hollow')]);
  });

  test('parts that overlap are counted once', async () => {
    const geometry = await measured([...cube(10), ...cube(10, [5, 1, 2])]);
    expect(mm3(geometry.volumeUm3)).toBeCloseTo(2000 - 5 * 9 * 8, 6);
    expect(geometry.warnings).toEqual([expect.stringContaining('overlap')]);
  });

  test('a body written twice is one body', async () => {
    expect(mm3((await measured([...cube(10), ...cube(10)])).volumeUm3)).toBeCloseTo(1000, 6);
  });

  test('the same model as ASCII, in any number of solids, measures the same', async () => {
    const shape = [...sphere(5, [0, 0, 0], { rows: 24, columns: 12 }), ...cube(3, [10, 10, 10])];
    expect(await analyseModel(asciiStl(shape))).toEqual(await measured(shape));
  });

  test('any cube anywhere, whatever the order of its triangles', async () => {
    const side = fc.integer({ min: 1, max: 300 });
    const place = fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -500, max: 500 }), fc.constant(0));
    await fc.assert(
      fc.asyncProperty(side, place, fc.infiniteStream(fc.nat(1000)), async (length, corner, random) => {
        const shuffled = cube(length, corner)
          .map((triangle) => ({ triangle, rank: random.next().value as number }))
          .sort((one, other) => one.rank - other.rank)
          .map(({ triangle: [a, b, c], rank }): Triangle => (rank % 2 === 0 ? [a, b, c] : [b, c, a]));
        const geometry = await measured(shuffled);
        expect(Math.abs(mm3(geometry.volumeUm3) / length ** 3 - 1)).toBeLessThan(1e-9);
        expect(geometry.boundingBoxUm).toEqual([length * 1000, length * 1000, length * 1000]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is mended, and said', () => {
  test('a model that is inside out', async () => {
    const ring = torus(10, 2, { rows: 40, columns: 20 });
    const geometry = await measured(insideOut(ring));
    expect(geometry.volumeUm3).toBe((await measured(ring)).volumeUm3);
    expect(geometry.warnings).toEqual([expect.stringContaining('faced inwards')]);
  });

  test('one of two bodies that is inside out', async () => {
    const geometry = await measured([...cube(10), ...insideOut(cube(5, [20, 0, 0]))]);
    expect(geometry.volumeUm3).toBe('1125000000000');
    expect(geometry.warnings).toEqual([expect.stringContaining('faced inwards')]);
  });

  test('single faces wound the wrong way', async () => {
    const [first, second, ...rest] = torus(10, 2, { rows: 40, columns: 20 });
    if (first === undefined || second === undefined) {
      throw new Error('a torus has triangles');
    }
    const geometry = await measured([...insideOut([first, second]), ...rest]);
    expect(geometry.volumeUm3).toBe((await measured([first, second, ...rest])).volumeUm3);
    expect(geometry.warnings).toEqual(['2 faces were turned the right way out.']);
  });

  test('gaps of rounding', async () => {
    const [[a, b, c], ...rest] = cube(10) as [Triangle, ...Triangle[]];
    const geometry = await measured([[[a[0] + 0.0002, a[1], a[2]], b, c], ...rest]);
    expect(mm3(geometry.volumeUm3)).toBeCloseTo(1000, 1);
    expect(geometry.warnings).toEqual([expect.stringContaining('Gaps')]);
  });

  test('triangles without area are left out', async () => {
    const geometry = await measured([
      ...cube(10),
      [
        [0, 0, 0],
        [0, 0, 0],
        [10, 0, 0],
      ],
    ]);
    expect(geometry).toMatchObject({ volumeUm3: '1000000000000', triangles: 13 });
  });
});

describe('whatever is done to a model', () => {
  const bodies = [
    cube(10),
    cube(10, [10, 10, 0]),
    insideOut(cube(3, [2, 2, 2])),
    sphere(5, [4, 0, 0], { rows: 12, columns: 8 }),
    torus(8, 2, { rows: 14, columns: 8 }),
  ];
  const damage = fc.record({
    kind: fc.constantFrom('cut', 'double', 'turn', 'flatten', 'move'),
    at: fc.nat(),
    by: fc.tuple(fc.float({ min: -5, max: 5, noNaN: true }), fc.constant(0.001), fc.constant(0)),
  });
  const damaged = (
    triangles: readonly Triangle[],
    { kind, at, by }: typeof damage extends fc.Arbitrary<infer T> ? T : never,
  ) => {
    const hit = at % triangles.length;
    const [a, b, c] = triangles[hit] as Triangle;
    const place = ([x, y, z]: Triangle[0]) => `${x} ${y} ${z}`;
    switch (kind) {
      case 'cut':
        return triangles.filter((_, index) => index !== hit);
      case 'double':
        return [...triangles, [a, b, c] as const];
      case 'turn':
        return triangles.with(hit, [a, c, b]);
      case 'flatten':
        return triangles.with(hit, [a, a, b]);
      default:
        return triangles.map(
          (triangle) =>
            triangle.map((corner) =>
              place(corner) === place(a) ? [corner[0] + by[0], corner[1] + by[1], corner[2] + by[2]] : corner,
            ) as unknown as Triangle,
        );
    }
  };

  test('it is measured with a volume, or rejected with a reason; there is no third', async () => {
    const parts = fc.array(fc.constantFrom(...bodies), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(parts, fc.array(damage, { maxLength: 5 }), async (some, hits) => {
        const outcome = await measured(hits.reduce<readonly Triangle[]>(damaged, some.flat())).catch((error) => error);
        if (outcome instanceof Error) {
          expect(outcome).toMatchObject({ name: 'ModelRejected', message: expect.stringMatching(/^The .*\.$/) });
        } else {
          expect(mm3(outcome.volumeUm3)).toBeGreaterThan(0);
          expect(mm2(outcome.surfaceUm2)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a face wound the wrong way is turned although two bodies share an edge', async () => {
    const [[a, b, c], ...rest] = cube(10) as [Triangle, ...Triangle[]];
    const geometry = await measured([...rest, [a, c, b], ...cube(10, [10, 10, 0])]);
    expect(mm3(geometry.volumeUm3)).toBeCloseTo(2000, 6);
    expect(geometry.warnings).toEqual(['1 face was turned the right way out.']);
  });
});

describe('what is thin', () => {
  const shape = { rows: 60, columns: 30 };

  test('a hollow ball with a wall of 0.3 mm', async () => {
    const ball = [...sphere(5, [0, 0, 0], shape), ...insideOut(sphere(4.7, [0, 0, 0], shape))];
    expect((await measured(ball)).warnings).toContain('About 100 % of the surface is on walls thinner than 0.5 mm.');
  });

  test('a part of a body: a sheet beside a cube', async () => {
    const flat = cube(10).map((triangle) => triangle.map(([x, y, z]) => [x + 20, y, z / 25]) as unknown as Triangle);
    // 600 mm² of cube; of the sheet's 216 mm² the 200 mm² of its two faces are thin.
    expect((await measured([...cube(10), ...flat])).warnings).toEqual([expect.stringContaining('About 25 %')]);
  });

  test('not a wall of 1 mm', async () => {
    const ball = [...sphere(5, [0, 0, 0], shape), ...insideOut(sphere(4, [0, 0, 0], shape))];
    expect((await measured(ball)).warnings).toEqual([expect.stringContaining('hollow')]);
  });
});

describe('what cannot be made, with the reason', () => {
  test('a cube without its lid has a hole', async () => {
    expect(await rejection(cube(10).slice(2))).toMatch(/not closed: .* hole \(4 edges .* near x .* mm/);
  });

  test('a single triangle', async () => {
    expect(
      await rejection([
        [
          [0, 0, 0],
          [10, 0, 0],
          [0, 10, 0],
        ],
      ]),
    ).toMatch(/not closed/);
  });

  test('a wall inside the body', async () => {
    const wall: Triangle = [
      [0, 0, 0],
      [10, 0, 0],
      [0, 10, 0],
    ];
    expect(await rejection([...cube(10), wall])).toMatch(/not closed|more than two faces/);
  });

  test('a surface with one side only', async () => {
    expect(await rejection(kleinBottle())).toMatch(/one side only/);
  });

  test('a sheet folded onto itself encloses nothing', async () => {
    const sheet: Triangle = [
      [0, 0, 0],
      [10, 0, 0],
      [0, 10, 0],
    ];
    expect(await rejection([sheet, ...insideOut([sheet])])).toMatch(/no volume/);
  });

  test('a tube that passes through itself', async () => {
    expect(await rejection(figureOfEight())).toMatch(/passes through itself near x/);
  });

  test('nothing', async () => {
    expect(await rejection([])).toMatch(/no triangles/);
  });

  test.each([
    ['metres', 0.02],
    ['inches', 20 / 25.4],
  ])('a ring exported in %s', async (_unit, size) => {
    expect(await rejection(cube(size))).toMatch(/metres or inches/);
  });

  test('more parts than can be united in the time of an analysis', async () => {
    const parts = Array.from({ length: 20_001 }, (_, part) => cube(0.5, [(part % 200) * 0.4, part * 0.002, 0]));
    expect(await rejection(parts.flat())).toMatch(/20001 separate parts, and we take up to 2000/);
  });

  test('a model larger than we make', async () => {
    expect(await rejection(cube(300.5))).toMatch(/up to 300 mm/);
  });
});
