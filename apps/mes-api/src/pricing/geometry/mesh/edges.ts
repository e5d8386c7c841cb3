import type { IndexedMesh } from './weld.ts';

/** What is wrong with a mesh that is not one closed, consistently wound surface. Places are corners of a bad edge, in mm. */
export interface EdgeFaults {
  /** Edges with a triangle on one side only: the rim of a hole. */
  readonly open: number;
  /** Edges where more than two triangles meet, so that no inside can be told. */
  readonly crowded: number;
  /** Edges whose two triangles are wound against each other. */
  readonly twisted: number;
  readonly near: readonly [number, number, number] | undefined;
}

/** The triangles on both sides of each edge. The edge of corner `i` goes from `corners[i]` to the triangle's next corner. */
export class Edges {
  readonly #mesh: IndexedMesh;
  readonly #byEdge = new Map<number, number[]>();

  constructor(mesh: IndexedMesh) {
    this.#mesh = mesh;
    const { corners } = mesh;
    for (let corner = 0; corner < corners.length; corner++) {
      const key = this.#keyOf(corner);
      const there = this.#byEdge.get(key);
      if (there === undefined) {
        this.#byEdge.set(key, [corner]);
      } else {
        there.push(corner);
      }
    }
  }

  faults(): EdgeFaults {
    let [open, crowded, twisted] = [0, 0, 0];
    let bad: number | undefined;
    for (const sides of this.#byEdge.values()) {
      const forward = sides.filter((corner) => this.#isForward(corner)).length;
      if (sides.length === 2 && forward === 1) {
        continue;
      }
      if (sides.length === 1) {
        open++;
        bad = sides[0];
      } else if (sides.length === 2) {
        twisted++;
      } else if (forward * 2 !== sides.length) {
        crowded++;
      } else {
        continue;
      }
      bad ??= sides[0];
    }
    const at = (this.#mesh.corners[bad ?? 0] ?? 0) * 3;
    const { positions } = this.#mesh;
    const near = [positions[at] ?? 0, positions[at + 1] ?? 0, positions[at + 2] ?? 0] as const;
    return { open, crowded, twisted, near: bad === undefined ? undefined : near };
  }

  /** The corner whose edge is the same as this corner's, if exactly two triangles meet there. */
  across(corner: number): number | undefined {
    const sides = this.#byEdge.get(this.#keyOf(corner)) ?? [];
    return sides.length === 2 ? sides.find((other) => other !== corner) : undefined;
  }

  /** True when both corners' triangles run along their shared edge in opposite directions, as neighbours should. */
  agree(corner: number, other: number): boolean {
    return this.#isForward(corner) !== this.#isForward(other);
  }

  #ends(corner: number): readonly [number, number] {
    const { corners } = this.#mesh;
    const next = corner % 3 === 2 ? corner - 2 : corner + 1;
    return [corners[corner] as number, corners[next] as number];
  }

  #isForward(corner: number): boolean {
    const [from, to] = this.#ends(corner);
    return from < to;
  }

  #keyOf(corner: number): number {
    const [from, to] = this.#ends(corner);
    const vertices = this.#mesh.positions.length / 3;
    return Math.min(from, to) * vertices + Math.max(from, to);
  }
}
