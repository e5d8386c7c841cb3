import type { TriangleSoup } from '../stl/triangle-soup.ts';

/** A mesh whose triangles share corners by index. `positions` in mm; three indices a triangle, wound as in the file. */
export interface IndexedMesh {
  readonly positions: Float32Array;
  readonly corners: Uint32Array;
}

/**
 * Gives corners at exactly the same place one index: STL keeps no connections, so they are found again by position.
 * Triangles that lose a corner that way have no area and are left out. Linear in time and memory.
 */
export function weld(soup: TriangleSoup): IndexedMesh {
  const count = soup.triangles * 3;
  const table = new PositionTable(count);
  const corners = new Uint32Array(count);
  let kept = 0;
  for (let triangle = 0; triangle < soup.triangles; triangle++) {
    const a = table.indexOf(soup.positions, triangle * 3);
    const b = table.indexOf(soup.positions, triangle * 3 + 1);
    const c = table.indexOf(soup.positions, triangle * 3 + 2);
    if (a !== b && b !== c && c !== a) {
      corners[kept++] = a;
      corners[kept++] = b;
      corners[kept++] = c;
    }
  }
  return { positions: table.positions(), corners: corners.slice(0, kept) };
}

/** Open addressing over the bit patterns of three floats; a Map of strings takes ten times as long. */
class PositionTable {
  readonly #floats: Float32Array;
  readonly #bits: Uint32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  #length = 0;

  constructor(capacity: number) {
    this.#floats = new Float32Array(capacity * 3);
    this.#bits = new Uint32Array(this.#floats.buffer);
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 2)));
    this.#slots = new Int32Array(slots).fill(-1);
    this.#mask = slots - 1;
  }

  indexOf(positions: Float32Array, corner: number): number {
    const candidate = this.#length * 3;
    for (let axis = 0; axis < 3; axis++) {
      // Adding zero makes -0 into 0: two names of one place.
      this.#floats[candidate + axis] = (positions[corner * 3 + axis] as number) + 0;
    }
    const x = this.#bits[candidate] as number;
    const y = this.#bits[candidate + 1] as number;
    const z = this.#bits[candidate + 2] as number;
    let hash = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(z, 0xc2b2ae3d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    for (let slot = (hash ^ (hash >>> 13)) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const index = this.#slots[slot] as number;
      if (index === -1) {
        this.#slots[slot] = this.#length;
        return this.#length++;
      }
      if (this.#bits[index * 3] === x && this.#bits[index * 3 + 1] === y && this.#bits[index * 3 + 2] === z) {
        return index;
      }
    }
  }

  positions(): Float32Array {
    return this.#floats.slice(0, this.#length * 3);
  }
}
