import { AsciiStl } from './ascii.ts';
import { BinaryStl } from './binary.ts';
import type { StlFault } from './fault.ts';

/** The largest model the shop takes: 50 MB, counted as 50 × 1024 × 1024 bytes. */
export const MAX_MODEL_BYTES = 50 * 1024 * 1024;

const HEAD_BYTES = 512;

/**
 * Says of a file passing by whether it is plainly not an STL: empty, of another format, cut off, or with coordinates that
 * are no finite numbers. Whether it is a body that can be cast is a question for pricing, not for the door.
 *
 * @example
 * const check = new StlCheck();
 * for await (const piece of file) check.push(piece);
 * const fault = check.fault(); // null when nothing is wrong
 */
export class StlCheck {
  readonly #binary = new BinaryStl();
  readonly #ascii = new AsciiStl();
  #head = Buffer.alloc(0);
  #isText: boolean | null = null;
  #bytes = 0;

  push(piece: Buffer): void {
    this.#bytes += piece.length;
    this.#binary.push(piece);
    if (this.#isText === null) {
      this.#head = Buffer.concat([this.#head, piece]);
      if (this.#head.length >= HEAD_BYTES) this.#decide();
    } else if (this.#isText) {
      this.#ascii.push(piece);
    }
  }

  /** What is wrong with the file, once all of it was pushed; null when it may pass. */
  fault(): StlFault | null {
    if (this.#bytes === 0) return { code: 'model_empty', detail: 'The file is empty.' };
    if (this.#isText === null) this.#decide();
    if (this.#binary.fitsItsLength) return this.#binary.fault();
    return this.#isText ? this.#ascii.fault() : misfit(this.#bytes, this.#binary.announcedBytes);
  }

  #decide(): void {
    const text = withoutByteOrderMark(this.#head);
    const beginning = text.subarray(0, HEAD_BYTES).toString('latin1');
    // A zero byte is never text: it tells a cut-off binary file whose free text begins with "solid".
    this.#isText = /^\s*solid\b/i.test(beginning) && !beginning.includes('\0');
    if (this.#isText) this.#ascii.push(text);
    this.#head = Buffer.alloc(0);
  }
}

const withoutByteOrderMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** A file whose length does not fit its count is a cut-off STL only if the whole of it could have been sent here. */
function misfit(bytes: number, announced: number | undefined): StlFault {
  if (announced !== undefined && announced > bytes && announced <= MAX_MODEL_BYTES) {
    return {
      code: 'model_truncated',
      detail: `The model announces ${announced} bytes and has ${bytes}. It may have been cut off on its way.`,
    };
  }
  return {
    code: 'model_not_stl',
    detail: 'The file is not an STL model, neither binary nor ASCII. Export the model as STL and send that file.',
  };
}
