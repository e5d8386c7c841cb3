import type { ModelGeometry } from '@bezel/order-workflow';
import { closedBody } from './mesh/closed-body.ts';
import { loadManifold } from './mesh/manifold.ts';
import { solidOf } from './mesh/solid.ts';
import { THIN_MM, thinShare } from './mesh/thin-walls.ts';
import { weld } from './mesh/weld.ts';
import { ModelRejected } from './model-rejected.ts';
import { parseStl } from './stl/parse-stl.ts';
import type { TriangleSoup } from './stl/triangle-soup.ts';

/** Part of the key under which an analysis is remembered. Raise it whenever the same file would be measured differently. */
export const ANALYSER_VERSION = 3;

/** Pieces of jewellery are between these; anything else was exported in another unit. */
const SMALLEST_MM = 1;
const LARGEST_MM = 300;
/** Hardly any piece is smaller, and most pieces are when inches or centimetres are read as millimetres. */
const DOUBTFUL_MM = 5;

/** What an analysis is doing; told while it runs. */
export type AnalysisPhase = 'reading' | 'welding' | 'closing' | 'measuring';

/**
 * Measures a model: CPU only, seconds for a large file, so it belongs on a thread of its own
 * ({@link AnalysisThreads}). Answers the same for the same bytes, always. STL has no unit: it is read as millimetres.
 *
 * @throws {ModelRejected} when the model cannot be made.
 */
export async function analyseModel(
  file: Uint8Array,
  onPhase: (phase: AnalysisPhase) => void = () => {},
): Promise<ModelGeometry> {
  onPhase('reading');
  const soup = parseStl(file);
  const warnings: string[] = [];
  checkSize(soup, warnings);
  onPhase('welding');
  const mesh = weld(soup);
  using kernel = await loadManifold();
  onPhase('closing');
  const closed = closedBody(kernel, mesh, warnings);
  onPhase('measuring');
  const solid = solidOf(kernel, closed, warnings);
  const thin = thinShare(kernel, solid);
  if (thin > 0) {
    warnings.push(`About ${Math.round(thin * 100)} % of the surface is on walls thinner than ${THIN_MM} mm.`);
  }
  const { min, max } = solid.boundingBox();
  return {
    volumeUm3: whole(solid.volume() * 1e9),
    surfaceUm2: whole(solid.surfaceArea() * 1e6),
    boundingBoxUm: [side(min[0], max[0]), side(min[1], max[1]), side(min[2], max[2])],
    triangles: soup.triangles,
    warnings: [...new Set(warnings)],
  };
}

function checkSize({ positions, triangles }: TriangleSoup, warnings: string[]): void {
  if (triangles === 0) {
    throw new ModelRejected('The model has no triangles. Please export a solid body as STL.');
  }
  const sides = [0, 1, 2].map((axis) => {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let at = axis; at < positions.length; at += 3) {
      least = Math.min(least, positions[at] as number);
      greatest = Math.max(greatest, positions[at] as number);
    }
    return greatest - least;
  });
  const largest = Math.max(...sides);
  if (largest < SMALLEST_MM) {
    throw new ModelRejected(
      `The model would be ${largest.toPrecision(3)} mm large. It was probably exported in metres or inches: please export it in millimetres.`,
    );
  }
  if (largest > LARGEST_MM) {
    throw new ModelRejected(
      `The model would be ${Math.round(largest)} mm large, and we make pieces of up to ${LARGEST_MM} mm. It was probably exported in micrometres or at another scale: please export it in millimetres.`,
    );
  }
  if (largest < DOUBTFUL_MM) {
    warnings.push(
      `The piece will be only ${largest.toFixed(1)} mm large. If the model was exported in inches or centimetres, please order anew with one in millimetres.`,
    );
  }
}

const side = (from: number, to: number): number => Math.round((to - from) * 1000);

/** A float beyond 2^53 is a whole number already; BigInt shows its exact digits where toString would round them. */
const whole = (value: number): string => BigInt(Math.round(value)).toString();
