/** A point in mm. */
type Point = readonly [number, number, number];

const HEADER_BYTES = 80;
const TRIANGLE_BYTES = 50;

/**
 * A plain ring as a binary STL of so many triangles, about: a model that takes pricing long enough to tell how far it is.
 * Every call gives the same bytes.
 */
export function largeRing(triangles: number): Buffer {
  const columns = Math.round(Math.sqrt(triangles / 4));
  const rows = 2 * columns;
  const corner = (row: number, column: number): Point => {
    const around = (2 * Math.PI * (row % rows)) / rows;
    const across = (2 * Math.PI * (column % columns)) / columns;
    const radius = 9 + 1.2 * Math.cos(across);
    return [radius * Math.cos(around), radius * Math.sin(around), 1.2 * Math.sin(across)];
  };
  const count = 2 * rows * columns;
  const file = Buffer.alloc(HEADER_BYTES + 4 + TRIANGLE_BYTES * count);
  file.writeUInt32LE(count, HEADER_BYTES);
  let at = HEADER_BYTES + 4;
  const add = (...corners: readonly Point[]): void => {
    let place = at + 12; // behind the normal, which nobody reads: it stays zero
    for (const corner of corners) {
      for (const value of corner) place = file.writeFloatLE(value, place);
    }
    at += TRIANGLE_BYTES;
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [a, b] = [corner(row, column), corner(row + 1, column)];
      const [c, d] = [corner(row + 1, column + 1), corner(row, column + 1)];
      add(a, b, c);
      add(a, c, d);
    }
  }
  return file;
}
