import { Edges } from './edges.ts';
import type { IndexedMesh } from './weld.ts';

/**
 * Winds all triangles of each connected part the same way, turning over the fewer ones; the part's own direction
 * (outwards, or inwards for a hollow) stays what most of its triangles say. Returns undefined when there is no way to
 * wind them (the surface has one side only). Where more than two triangles meet, nothing is concluded.
 */
export function rewind(mesh: IndexedMesh): { readonly mesh: IndexedMesh; readonly turned: number } | undefined {
  const edges = new Edges(mesh);
  const triangles = mesh.corners.length / 3;
  /** 0 not reached yet, 1 keep, -1 turn over. */
  const verdict = new Int8Array(triangles);
  for (let seed = 0; seed < triangles; seed++) {
    if (verdict[seed] !== 0) {
      continue;
    }
    verdict[seed] = 1;
    const part = [seed];
    for (let next = 0; next < part.length; next++) {
      const triangle = part[next] as number;
      for (let corner = triangle * 3; corner < triangle * 3 + 3; corner++) {
        const other = edges.across(corner);
        if (other === undefined) {
          continue;
        }
        const neighbour = Math.floor(other / 3);
        const wanted = edges.agree(corner, other) ? verdict[triangle] : -(verdict[triangle] as number);
        if (verdict[neighbour] === 0) {
          verdict[neighbour] = wanted as number;
          part.push(neighbour);
        } else if (verdict[neighbour] !== wanted) {
          return undefined;
        }
      }
    }
    const kept = part.reduce((sum, triangle) => sum + (verdict[triangle] as number), 0);
    if (kept < 0) {
      for (const triangle of part) {
        verdict[triangle] = -(verdict[triangle] as number);
      }
    }
  }
  return turnOver(mesh, verdict);
}

function turnOver(mesh: IndexedMesh, verdict: Int8Array): { readonly mesh: IndexedMesh; readonly turned: number } {
  const corners = mesh.corners.slice();
  let turned = 0;
  for (let triangle = 0; triangle < verdict.length; triangle++) {
    if (verdict[triangle] === -1) {
      const second = corners[triangle * 3 + 1] as number;
      corners[triangle * 3 + 1] = corners[triangle * 3 + 2] as number;
      corners[triangle * 3 + 2] = second;
      turned++;
    }
  }
  return { mesh: { positions: mesh.positions, corners }, turned };
}
