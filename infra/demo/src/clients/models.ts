import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A sample model. */
export interface Model {
  readonly name: string;
  readonly content: Buffer;
}

const SAMPLES = path.join(import.meta.dirname, '..', '..', '..', 'local', 'samples');

/** The sample models that `npm start` also orders from, by name. */
export async function sampleModels(): Promise<readonly Model[]> {
  const names = (await readdir(SAMPLES)).filter((name) => name.endsWith('.stl')).sort();
  return Promise.all(names.map(async (name) => ({ name, content: await readFile(path.join(SAMPLES, name)) })));
}

const HEADER_BYTES = 80;
const COUNT_BYTES = 4;
const TRIANGLE_BYTES = 50;

/**
 * The same piece as another file, which makes it a model nobody has measured yet. A binary STL begins with 80 bytes that
 * mean nothing, an ASCII one with a line that names the solid: a mark goes there.
 */
export function asOwnModel({ content }: Model, mark: string): Buffer {
  if (isBinary(content)) {
    const copy = Buffer.from(content);
    copy.fill(0, 0, HEADER_BYTES);
    copy.write(`bezel ${mark}`.slice(0, HEADER_BYTES), 0, 'latin1');
    return copy;
  }
  return Buffer.concat([Buffer.from(`solid ${mark}`), content.subarray(content.indexOf('\n'))]);
}

/** A binary STL is exactly as long as its count of triangles says. */
const isBinary = (content: Buffer): boolean =>
  content.length >= HEADER_BYTES + COUNT_BYTES &&
  content.length === HEADER_BYTES + COUNT_BYTES + TRIANGLE_BYTES * content.readUInt32LE(HEADER_BYTES);
