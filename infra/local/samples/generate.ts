// Writes the sample models beside this file: `node infra/local/samples/generate.ts`. The files are checked in, so that
// everybody orders the same pieces; run it again after a change here. All lengths in mm, z up.
import { writeFileSync } from 'node:fs';

type Point = readonly [number, number, number];
type Triangle = readonly [Point, Point, Point];

/** A tube of any cross-section along a closed path: `at(u, v)` for u around the path and v around the section, 0 ≤ u, v < 1. */
function closedTube(rows: number, columns: number, at: (u: number, v: number) => Point): Triangle[] {
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

/** A point of a rounded rectangle (a superellipse), half as wide and half as high as given. */
function section(v: number, halfWidth: number, halfHeight: number): readonly [number, number] {
  const round = (x: number): number => Math.sign(x) * Math.abs(x) ** 0.6;
  const angle = 2 * Math.PI * v;
  return [halfWidth * round(Math.cos(angle)), halfHeight * round(Math.sin(angle))];
}

/** A ring standing on its edge, finger along y: the section may change on the way round (0 is the top). */
function ring(innerRadius: number, shape: (turn: number) => { thickness: number; width: number }): Triangle[] {
  return closedTube(72, 24, (u, v) => {
    const turn = 2 * Math.PI * u;
    const { thickness, width } = shape(turn);
    const [out, along] = section(v, thickness / 2, width / 2);
    const radius = innerRadius + thickness / 2 + out;
    return [radius * Math.sin(turn), along, radius * Math.cos(turn)];
  });
}

/** A band for a finger of 17 mm, 1.8 mm thick and 5 mm wide. */
const band = ring(8.5, () => ({ thickness: 1.8, width: 5 }));

/** A signet ring: the band grows into a plate at the top. */
const signet = ring(9, (turn) => {
  const top = Math.max(0, Math.cos(turn)) ** 6;
  return { thickness: 1.6 + 1.8 * top, width: 3.5 + 8.5 * top };
});

/** A ring whose square band turns once about itself on its way round. */
const twisted = closedTube(96, 16, (u, v) => {
  const turn = 2 * Math.PI * u;
  const [flat, high] = section(v, 1.3, 1.3);
  const out = flat * Math.cos(turn) - high * Math.sin(turn);
  const along = flat * Math.sin(turn) + high * Math.cos(turn);
  const radius = 9.8 + out;
  return [radius * Math.sin(turn), along, radius * Math.cos(turn)];
});

/** A drop, and the loop it hangs from, which reaches into it: two bodies that overlap, as they often come. */
function pendant(): Triangle[] {
  const [rows, columns] = [28, 18];
  const drop = (row: number, column: number): Point => {
    const down = column / columns;
    const radius = column === 0 || column === columns ? 0 : 5 * Math.sin(Math.PI * down) * down ** 0.8;
    const around = (2 * Math.PI * (row % rows)) / rows;
    return [radius * Math.cos(around), radius * Math.sin(around), 16 * (1 - down)];
  };
  const triangles: Triangle[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [a, b] = [drop(row, column), drop(row, column + 1)];
      const [c, d] = [drop(row + 1, column + 1), drop(row + 1, column)];
      if (column < columns - 1) {
        triangles.push([a, b, c]);
      }
      if (column > 0) {
        triangles.push([a, c, d]);
      }
    }
  }
  const loop = closedTube(20, 8, (u, v) => {
    const [turn, across] = [2 * Math.PI * u, 2 * Math.PI * v];
    const radius = 1.9 + 0.6 * Math.cos(across);
    return [radius * Math.cos(turn), 0.6 * Math.sin(across) * -1, 16.4 + radius * Math.sin(turn)];
  });
  return [...triangles, ...loop];
}

const minus = (p: Point, q: Point): Point => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];

function normalOf([a, b, c]: Triangle): Point {
  const [p, q] = [minus(b, a), minus(c, a)];
  const normal: Point = [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
  const length = Math.hypot(...normal) || 1;
  return [normal[0] / length, normal[1] / length, normal[2] / length];
}

function binaryStl(triangles: readonly Triangle[]): Uint8Array {
  const file = new Uint8Array(84 + triangles.length * 50);
  new TextEncoder().encodeInto('Bezel sample, mm', file);
  const view = new DataView(file.buffer);
  view.setUint32(80, triangles.length, true);
  triangles.forEach((triangle, index) => {
    [normalOf(triangle), ...triangle].flat().forEach((value, axis) => {
      view.setFloat32(84 + index * 50 + axis * 4, value, true);
    });
  });
  return file;
}

function asciiStl(triangles: readonly Triangle[], name: string): string {
  const words = (point: Point): string => point.map((value) => Number(value.toFixed(5)).toString()).join(' ');
  const facets = triangles.map(
    (triangle) =>
      `facet normal ${words(normalOf(triangle))}\nouter loop\n${triangle.map((corner) => `vertex ${words(corner)}\n`).join('')}endloop\nendfacet\n`,
  );
  return `solid ${name}\n${facets.join('')}endsolid ${name}\n`;
}

const write = (name: string, content: Uint8Array | string): void =>
  writeFileSync(new URL(`${name}.stl`, import.meta.url), content);

write('band-ring', binaryStl(band));
write('signet-ring', binaryStl(signet));
write('twisted-ring', binaryStl(twisted));
write('drop-pendant', asciiStl(pendant(), 'drop-pendant'));
