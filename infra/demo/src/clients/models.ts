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

/**
 * The same piece as another file: a binary STL begins with 80 bytes that mean nothing, and a mark in them makes it a
 * model nobody has measured yet.
 */
export function asOwnModel({ content }: Model, mark: string): Buffer {
  const copy = Buffer.from(content);
  copy.fill(0, 0, HEADER_BYTES);
  copy.write(`bezel ${mark}`.slice(0, HEADER_BYTES), 0, 'latin1');
  return copy;
}
