import { BoxTree } from './box-tree.ts';
import type { IndexedMesh } from './weld.ts';

/** How deep an edge must reach through a triangle to count, in mm: rounding of single precision stays well below. */
const DEPTH_MM = 0.001;

type Point = readonly [number, number, number];

/**
 * Finds a place where a surface passes through itself; undefined when it does not. Touching is not passing through,
 * nor is anything shallower than 0.001 mm.
 *
 * Two triangles cross when an edge of one runs through the inside of the other. Pairs are found with a tree of boxes,
 * so a clean model of n triangles costs about n log n.
 */
export function findSelfCrossing(mesh: IndexedMesh): Point | undefined {
  let found: Point | undefined;
  new BoxTree(boxesOf(mesh)).forEachOverlap((first, second) => {
    found = edgeThrough(mesh, first, second) ?? edgeThrough(mesh, second, first);
    return found === undefined;
  });
  return found;
}

function boxesOf({ corners, positions }: IndexedMesh): Float32Array {
  const boxes = new Float32Array(corners.length * 2);
  for (let corner = 0; corner < corners.length; corner += 3) {
    for (let axis = 0; axis < 3; axis++) {
      const a = positions[(corners[corner] as number) * 3 + axis] as number;
      const b = positions[(corners[corner + 1] as number) * 3 + axis] as number;
      const c = positions[(corners[corner + 2] as number) * 3 + axis] as number;
      boxes[corner * 2 + axis] = Math.min(a, b, c);
      boxes[corner * 2 + axis + 3] = Math.max(a, b, c);
    }
  }
  return boxes;
}

/** Where an edge of triangle `from` runs through triangle `to`. Edges that share a corner with `to` only touch it. */
function edgeThrough(mesh: IndexedMesh, from: number, to: number): Point | undefined {
  const heights = heightsAbove(mesh, from, to);
  // Most pairs end here: all of one triangle lies on one side of the other's plane. A triangle without area has no plane.
  if (heights === undefined) {
    return undefined;
  }
  const [a, b, c] = [cornerOf(mesh, to, 0), cornerOf(mesh, to, 1), cornerOf(mesh, to, 2)];
  const origin = at(mesh, a);
  const normal = cross(minus(at(mesh, b), origin), minus(at(mesh, c), origin));
  const area = length(normal);
  for (let side = 0; side < 3; side++) {
    const [start, end] = [cornerOf(mesh, from, side), cornerOf(mesh, from, (side + 1) % 3)];
    const [before, behind] = [heights[side] as number, heights[(side + 1) % 3] as number];
    const shared = start === a || start === b || start === c || end === a || end === b || end === c;
    if (shared || before * behind >= 0 || Math.abs(before) < DEPTH_MM || Math.abs(behind) < DEPTH_MM) {
      continue;
    }
    const hit = between(at(mesh, start), at(mesh, end), before / (before - behind));
    if (isInside(hit, [origin, at(mesh, b), at(mesh, c)], normal, area)) {
      return hit;
    }
  }
  return undefined;
}

/**
 * How high the corners of `from` lie above the plane of `to`, in mm; undefined unless one lies above and one below. Plain
 * arithmetic without a single object: a model of a million triangles asks some ten million times.
 */
function heightsAbove({ corners, positions }: IndexedMesh, from: number, to: number): Point | undefined {
  const a = (corners[to * 3] as number) * 3;
  const b = (corners[to * 3 + 1] as number) * 3;
  const c = (corners[to * 3 + 2] as number) * 3;
  const ax = positions[a] as number;
  const ay = positions[a + 1] as number;
  const az = positions[a + 2] as number;
  const bx = (positions[b] as number) - ax;
  const by = (positions[b + 1] as number) - ay;
  const bz = (positions[b + 2] as number) - az;
  const cx = (positions[c] as number) - ax;
  const cy = (positions[c + 1] as number) - ay;
  const cz = (positions[c + 2] as number) - az;
  const nx = by * cz - bz * cy;
  const ny = bz * cx - bx * cz;
  const nz = bx * cy - by * cx;
  const area = Math.sqrt(nx * nx + ny * ny + nz * nz);
  let first = 0;
  let second = 0;
  let third = 0;
  for (let side = 0; side < 3; side++) {
    const p = (corners[from * 3 + side] as number) * 3;
    const x = (positions[p] as number) - ax;
    const y = (positions[p + 1] as number) - ay;
    const z = (positions[p + 2] as number) - az;
    first = second;
    second = third;
    third = (x * nx + y * ny + z * nz) / area;
  }
  const above = first > DEPTH_MM || second > DEPTH_MM || third > DEPTH_MM;
  const below = first < -DEPTH_MM || second < -DEPTH_MM || third < -DEPTH_MM;
  return above && below ? [first, second, third] : undefined;
}

/** True when the point, on the triangle's plane, lies inside it and farther than the depth from each side. */
function isInside(point: Point, triangle: readonly [Point, Point, Point], normal: Point, area: number): boolean {
  return triangle.every((from, side) => {
    const edge = minus(triangle[(side + 1) % 3] as Point, from);
    return dot(cross(edge, minus(point, from)), normal) / (area * length(edge)) >= DEPTH_MM;
  });
}

const cornerOf = ({ corners }: IndexedMesh, triangle: number, side: number): number =>
  corners[triangle * 3 + side] as number;

const between = (start: Point, end: Point, share: number): Point => [
  start[0] + (end[0] - start[0]) * share,
  start[1] + (end[1] - start[1]) * share,
  start[2] + (end[2] - start[2]) * share,
];

const at = ({ positions }: IndexedMesh, corner: number): Point => [
  positions[corner * 3] as number,
  positions[corner * 3 + 1] as number,
  positions[corner * 3 + 2] as number,
];
const minus = (p: Point, q: Point): Point => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
const cross = (p: Point, q: Point): Point => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];
const dot = (p: Point, q: Point): number => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
const length = (p: Point): number => Math.sqrt(dot(p, p));
