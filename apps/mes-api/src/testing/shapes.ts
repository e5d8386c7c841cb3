// Shapes whose volume is known by formula, as lists of triangles, and the two ways to write them as STL.

export type Point = readonly [number, number, number];
export type Triangle = readonly [Point, Point, Point];

/** An axis-aligned cube; its volume is side³. */
export function cube(side: number, [x, y, z]: Point = [0, 0, 0]): Triangle[] {
  const corner = (index: number): Point => [
    x + (index & 1 ? side : 0),
    y + (index & 2 ? side : 0),
    z + (index & 4 ? side : 0),
  ];
  const faces = [
    [0, 2, 1, 3],
    [4, 5, 6, 7],
    [0, 1, 4, 5],
    [2, 6, 3, 7],
    [0, 4, 2, 6],
    [1, 3, 5, 7],
  ] as const;
  return faces.flatMap(([a, b, c, d]): Triangle[] => [
    [corner(a), corner(b), corner(c)],
    [corner(b), corner(d), corner(c)],
  ]);
}

/**
 * A closed surface over a grid that wraps both ways: `at(u, v)` for u, v in [0, 1). Volume and surface tend to those of
 * the smooth body with the square of the step.
 */
function wrapped(rows: number, columns: number, at: (u: number, v: number) => Point): Triangle[] {
  const corner = (row: number, column: number): Point => at((row % rows) / rows, (column % columns) / columns);
  const triangles: Triangle[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [a, b] = [corner(row, column), corner(row + 1, column)];
      const [c, d] = [corner(row + 1, column + 1), corner(row, column + 1)];
      triangles.push([a, b, c], [a, c, d]);
    }
  }
  return triangles;
}

/** Volume 2π²·R·r², surface 4π²·R·r. */
export function torus(ring: number, tube: number, { rows = 200, columns = 100 } = {}): Triangle[] {
  return wrapped(rows, columns, (u, v) => {
    const [around, across] = [2 * Math.PI * u, 2 * Math.PI * v];
    const radius = ring + tube * Math.cos(across);
    return [radius * Math.cos(around), radius * Math.sin(around), tube * Math.sin(across)];
  });
}

/** A tube of radius 1 along a figure of eight: it passes through itself in the middle. */
export function figureOfEight(): Triangle[] {
  return wrapped(101, 24, (u, v) => {
    const [along, across] = [2 * Math.PI * u, 2 * Math.PI * v];
    const [towards, aside] = [10 * Math.cos(along), 10 * Math.cos(2 * along)];
    const speed = Math.hypot(towards, aside);
    const out = Math.cos(across);
    return [
      10 * Math.sin(along) + (out * aside) / speed,
      5 * Math.sin(2 * along) - (out * towards) / speed,
      Math.sin(across),
    ];
  });
}

/** Volume 4/3·π·r³, surface 4π·r². Its poles are exact points, so that it closes. */
export function sphere(radius: number, [x, y, z]: Point = [0, 0, 0], { rows = 200, columns = 100 } = {}): Triangle[] {
  const corner = (row: number, column: number): Point => {
    if (column === 0 || column === columns) {
      return [x, y, z + (column === 0 ? -radius : radius)];
    }
    const [around, up] = [(2 * Math.PI * (row % rows)) / rows, Math.PI * (column / columns - 0.5)];
    const flat = radius * Math.cos(up);
    return [x + flat * Math.cos(around), y + flat * Math.sin(around), z + radius * Math.sin(up)];
  };
  const triangles: Triangle[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [a, b] = [corner(row, column), corner(row + 1, column)];
      const [c, d] = [corner(row + 1, column + 1), corner(row, column + 1)];
      if (column > 0) {
        triangles.push([a, b, c]);
      }
      if (column < columns - 1) {
        triangles.push([a, c, d]);
      }
    }
  }
  return triangles;
}

export const insideOut = (triangles: readonly Triangle[]): Triangle[] => triangles.map(([a, b, c]) => [a, c, b]);

/** A Klein bottle (the figure-of-eight kind): every edge has two faces, and yet it has one side only. */
export function kleinBottle(rows = 60, columns = 30): Triangle[] {
  const at = (row: number, column: number): Point => {
    // Going once round swaps the direction across: column c continues as column -c.
    const turned = row >= rows ? columns - column : column;
    const u = (2 * Math.PI * (row % rows)) / rows;
    const v = (2 * Math.PI * (((turned % columns) + columns) % columns)) / columns;
    const radius = 10 + Math.cos(u / 2) * 3 * Math.sin(v) - Math.sin(u / 2) * 3 * Math.sin(2 * v);
    return [
      radius * Math.cos(u),
      radius * Math.sin(u),
      Math.sin(u / 2) * 3 * Math.sin(v) + Math.cos(u / 2) * 3 * Math.sin(2 * v),
    ];
  };
  const triangles: Triangle[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [a, b] = [at(row, column), at(row + 1, column)];
      const [c, d] = [at(row + 1, column + 1), at(row, column + 1)];
      triangles.push([a, b, c], [a, c, d]);
    }
  }
  return triangles;
}

export function binaryStl(triangles: readonly Triangle[], header = 'made by a test'): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(84 + triangles.length * 50);
  new TextEncoder().encodeInto(header, file);
  const view = new DataView(file.buffer);
  view.setUint32(80, triangles.length, true);
  triangles.forEach((triangle, index) => {
    triangle.flat().forEach((value, axis) => {
      view.setFloat32(84 + index * 50 + 12 + axis * 4, value, true);
    });
  });
  return file;
}

export function asciiStl(triangles: readonly Triangle[], name = 'made by a test'): Uint8Array<ArrayBuffer> {
  const facets = triangles.map((corners) => {
    const vertices = corners.map((corner) => `      vertex ${corner.join(' ')}`).join('\n');
    return `  facet normal 0 0 0\n    outer loop\n${vertices}\n    endloop\n  endfacet`;
  });
  return new TextEncoder().encode(`solid ${name}\n${facets.join('\n')}\nendsolid ${name}\n`);
}
