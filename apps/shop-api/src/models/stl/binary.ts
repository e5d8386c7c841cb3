import { noTriangles, type StlFault } from './fault.ts';

/** 80 bytes of free text and the number of triangles. */
const HEADER_BYTES = 84;
/** A normal and three corners of three little-endian floats each, and two bytes of attributes. */
const TRIANGLE_BYTES = 50;
/** Where the corners begin in a triangle. Normals are not looked at: flat triangles have "not a number" there by custom. */
const CORNERS_AT = 12;

/** Checks a binary STL while it passes by, in pieces of any size. It holds one triangle at most. */
export class BinaryStl {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #split = Buffer.alloc(TRIANGLE_BYTES);
  #splitLength = 0;
  #bytes = 0;
  #triangles = 0;
  #brokenTriangle: number | null = null;

  push(piece: Buffer): void {
    const start = Math.min(piece.length, Math.max(0, HEADER_BYTES - this.#bytes));
    if (start > 0) piece.copy(this.#header, this.#bytes, 0, start);
    this.#bytes += piece.length;
    let at = start;
    if (this.#splitLength > 0) {
      const copied = piece.copy(this.#split, this.#splitLength, at, at + TRIANGLE_BYTES - this.#splitLength);
      this.#splitLength += copied;
      at += copied;
      if (this.#splitLength < TRIANGLE_BYTES) return;
      this.#look(this.#split, 0);
      this.#splitLength = 0;
    }
    for (; at + TRIANGLE_BYTES <= piece.length; at += TRIANGLE_BYTES) this.#look(piece, at);
    this.#splitLength = piece.copy(this.#split, 0, at);
  }

  /** How long the file has to be, were it binary; undefined when it is too short to say. */
  get announcedBytes(): number | undefined {
    return this.#bytes < HEADER_BYTES ? undefined : HEADER_BYTES + this.#announced * TRIANGLE_BYTES;
  }

  /** A binary STL is known by its length alone: many programs begin its free text with "solid". */
  get fitsItsLength(): boolean {
    return this.announcedBytes === this.#bytes;
  }

  /** What is wrong with a file whose length fits. */
  fault(): StlFault | null {
    if (this.#announced === 0) return noTriangles;
    if (this.#brokenTriangle === null) return null;
    return {
      code: 'model_coordinates_invalid',
      detail: `Triangle ${this.#brokenTriangle} of the model has a coordinate that is not a finite number.`,
    };
  }

  get #announced(): number {
    return this.#header.readUInt32LE(HEADER_BYTES - 4);
  }

  #look(bytes: Buffer, at: number): void {
    this.#triangles++;
    for (let last = at + CORNERS_AT + 3; last < at + TRIANGLE_BYTES; last += 4) {
      // All eight bits of the exponent set: infinite or not a number.
      if ((bytes.readUInt16LE(last - 1) & 0x7f80) === 0x7f80) {
        this.#brokenTriangle ??= this.#triangles;
        return;
      }
    }
  }
}
