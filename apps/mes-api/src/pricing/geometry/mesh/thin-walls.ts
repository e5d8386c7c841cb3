import type { Kernel, Manifold } from './manifold.ts';

/** Thinner walls may stay unfilled when cast, or break when polished. */
export const THIN_MM = 0.5;

/** Places looked at, at most. */
const SAMPLES = 1_000;
/** Shares below this are edges that taper off, not walls. */
const WORTH_SAYING = 0.02;
/** The look inwards begins a little below the surface, so that it does not meet the surface it starts from. */
const BELOW_MM = 0.0005;

/**
 * The share of a body's surface behind which the metal is thinner than {@link THIN_MM}, from 0 to 1; 0 when it is hardly
 * worth saying. Looks straight inwards from a thousand places spread evenly over the surface, the same every time.
 */
export function thinShare(kernel: Kernel, body: Manifold): number {
  const places = placesOn(kernel.meshOf(body), body.surfaceArea());
  let thin = 0;
  let all = 0;
  for (const { at, inwards, standsFor } of places) {
    all += standsFor;
    thin += body.rayCast(along(at, inwards, BELOW_MM), along(at, inwards, THIN_MM)).length > 0 ? standsFor : 0;
  }
  const share = all === 0 ? 0 : thin / all;
  return share < WORTH_SAYING ? 0 : share;
}

type Point = [number, number, number];

interface Place {
  readonly at: Point;
  /** Of length 1. */
  readonly inwards: Point;
  /** The surface since the place before, in mm². */
  readonly standsFor: number;
}

/** Middles of triangles, so chosen that they lie evenly on the surface. */
function placesOn(
  { positions, corners }: { readonly positions: Float32Array; readonly corners: Uint32Array },
  surface: number,
): Place[] {
  const step = surface / SAMPLES;
  const places: Place[] = [];
  let passed = 0;
  let told = 0;
  for (let corner = 0; corner < corners.length; corner += 3) {
    const [a, b, c] = [0, 1, 2].map((side) => {
      const at = (corners[corner + side] as number) * 3;
      return [positions[at], positions[at + 1], positions[at + 2]];
    }) as [Point, Point, Point];
    const normal = cross(minus(b, a), minus(c, a));
    const double = Math.hypot(...normal);
    passed += double / 2;
    if (passed - told >= step && double > 0) {
      const at = [0, 1, 2].map(
        (axis) => ((a[axis] as number) + (b[axis] as number) + (c[axis] as number)) / 3,
      ) as Point;
      places.push({ at, inwards: normal.map((part) => -part / double) as Point, standsFor: passed - told });
      told = passed;
    }
  }
  return places;
}

const minus = (p: Point, q: Point): Point => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
const cross = (p: Point, q: Point): Point => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];
const along = (at: Point, direction: Point, distance: number): Point => [
  at[0] + direction[0] * distance,
  at[1] + direction[1] * distance,
  at[2] + direction[2] * distance,
];
