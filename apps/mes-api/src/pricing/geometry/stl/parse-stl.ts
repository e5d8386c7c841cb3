// Why a reader of our own. Tried on npm in November 2026: `stl-parser` installs a test library, a colour library and a
// command line with it; `parse-stl` has had no release for years and takes any file that begins with "solid" for text;
// three.js' loader comes with all of three.js and answers a cut-off file with silence or a RangeError;
// `@jscad/stl-deserializer` builds an object per triangle (a million of them for a 50 MB file). None tells a customer
// what is wrong with their file. The format is two pages long, so it is read here, into one typed array.
import { ModelRejected } from '../model-rejected.ts';
import { parseAsciiStl } from './ascii.ts';
import { parseBinaryStl, STL_HEADER_BYTES, STL_TRIANGLE_BYTES, triangleCountOf } from './binary.ts';
import type { TriangleSoup } from './triangle-soup.ts';

const looksLikeText = (file: Uint8Array): boolean => {
  const start = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf ? 3 : 0;
  const head = new TextDecoder('latin1').decode(file.subarray(start, start + 512));
  // A zero byte is never text: it tells a cut-off binary file whose header begins with "solid".
  return /^\s*solid\b/i.test(head) && !head.includes('\0');
};

/**
 * Reads an STL file, binary or ASCII.
 *
 * Binary is known by its length, never by its first word: many programs write binary files whose free-text header
 * begins with "solid".
 *
 * @throws {ModelRejected} when the file is empty, cut off, malformed or no STL at all.
 * @example
 * const { triangles } = parseStl(await readFile('ring.stl'));
 */
export function parseStl(file: Uint8Array): TriangleSoup {
  if (file.byteLength === 0) {
    throw new ModelRejected('The file is empty. Please export the model again as STL.');
  }
  const counted = triangleCountOf(file);
  if (counted !== undefined && file.byteLength === STL_HEADER_BYTES + counted * STL_TRIANGLE_BYTES) {
    return parseBinaryStl(file, counted);
  }
  if (looksLikeText(file)) {
    return parseAsciiStl(file);
  }
  if (counted === undefined) {
    throw new ModelRejected('The file is not an STL model. Please export the model as STL, binary or ASCII.');
  }
  const held = Math.floor((file.byteLength - STL_HEADER_BYTES) / STL_TRIANGLE_BYTES);
  throw new ModelRejected(
    `The file is not a whole STL model: it announces ${counted} triangles and has room for ${held}. It may have been cut off on its way, or be of another format; please export it again as STL.`,
  );
}
