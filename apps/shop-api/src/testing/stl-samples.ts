type Corner = readonly [number, number, number];
type Triangle = readonly [Corner, Corner, Corner];

/** The twelve triangles of a closed cube with edges of `mm`, wound outwards. */
export function cube(mm = 10): Triangle[] {
  const at = (bits: number): Corner => [(bits & 1) * mm, ((bits >> 1) & 1) * mm, ((bits >> 2) & 1) * mm];
  const faces = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
  ] as const;
  return faces.flatMap(([a, b, c, d]): Triangle[] => [
    [at(a), at(b), at(c)],
    [at(a), at(c), at(d)],
  ]);
}

/** A binary STL of these triangles. `header` is its free text. */
export function binaryStl(triangles: readonly Triangle[], header = 'test'): Buffer {
  const file = Buffer.alloc(84 + triangles.length * 50);
  file.write(header, 0, 80, 'latin1');
  file.writeUInt32LE(triangles.length, 80);
  triangles.forEach((triangle, number) => {
    triangle.flat().forEach((value, axis) => {
      file.writeFloatLE(value, 84 + number * 50 + 12 + axis * 4);
    });
  });
  return file;
}

/** A binary STL of exactly this many triangles, all alike: for sizes, not for casting. */
export function bulkyStl(triangles: number): Buffer {
  const file = Buffer.alloc(84 + triangles * 50, binaryStl(cube()).subarray(84, 134));
  file.fill(0, 0, 80);
  file.writeUInt32LE(triangles, 80);
  return file;
}

/** An ASCII STL of these triangles. */
export function asciiStl(triangles: readonly Triangle[], name = 'test'): string {
  const facets = triangles.map(
    (corners) =>
      `  facet normal 0 0 0\n    outer loop\n${corners.map((corner) => `      vertex ${corner.join(' ')}\n`).join('')}    endloop\n  endfacet\n`,
  );
  return `solid ${name}\n${facets.join('')}endsolid ${name}\n`;
}
