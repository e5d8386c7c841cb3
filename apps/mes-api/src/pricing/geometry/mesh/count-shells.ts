import type { IndexedMesh } from './weld.ts';

/** How many connected surfaces a mesh has. Takes time in proportion to its triangles, which taking it apart does not. */
export function countShells({ positions, corners }: IndexedMesh): number {
  const above = Uint32Array.from({ length: positions.length / 3 }, (_, vertex) => vertex);
  const topOf = (vertex: number): number => {
    let top = vertex;
    while (above[top] !== top) {
      // Halves the path for whoever comes next.
      above[top] = above[above[top] as number] as number;
      top = above[top] as number;
    }
    return top;
  };
  for (let corner = 0; corner < corners.length; corner += 3) {
    const top = topOf(corners[corner] as number);
    above[topOf(corners[corner + 1] as number)] = top;
    above[topOf(corners[corner + 2] as number)] = top;
  }
  const tops = new Set<number>();
  for (const vertex of corners) {
    tops.add(topOf(vertex));
  }
  return tops.size;
}
