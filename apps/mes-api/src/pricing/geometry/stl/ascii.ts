import { ModelRejected } from '../model-rejected.ts';
import type { TriangleSoup } from './triangle-soup.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;

/** Words of the file, one at a time, with the line each stood on. Works on the bytes: a 50 MB file is never one string. */
class Words {
  line = 1;
  readonly #file: Buffer;
  #at: number;

  constructor(file: Uint8Array) {
    this.#file = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
    this.#at = file[0] === 0xef ? 3 : 0;
  }

  /** The next word in lower case; undefined at the end of the file. */
  next(): string | undefined {
    const file = this.#file;
    while (this.#at < file.length && (file[this.#at] as number) <= SPACE) {
      if (file[this.#at] === NEWLINE) {
        this.line++;
      }
      this.#at++;
    }
    const start = this.#at;
    while (this.#at < file.length && (file[this.#at] as number) > SPACE) {
      this.#at++;
    }
    return start === this.#at ? undefined : file.toString('latin1', start, this.#at).toLowerCase();
  }

  /** Skips to the end of the line: names of solids are free text. */
  skipLine(): void {
    const end = this.#file.indexOf(NEWLINE, this.#at);
    this.#at = end === -1 ? this.#file.length : end;
  }
}

/**
 * Reads an ASCII STL: one or more solids, any white space, any case. Corners are rounded to single precision, which is
 * what a binary STL of the same model would hold.
 *
 * @throws {ModelRejected} with the line at which the file stops being an STL.
 */
export function parseAsciiStl(file: Uint8Array): TriangleSoup {
  const words = new Words(file);
  const corners = new Corners();

  const expect = (...wanted: readonly string[]): void => {
    for (const word of wanted) {
      const found = words.next();
      if (found !== word) {
        throw broken(
          words.line,
          `"${word}" was expected and ${found === undefined ? 'the file ends' : `"${found.slice(0, 40)}" found`}`,
        );
      }
    }
  };
  const number = (): number => {
    const word = words.next();
    const value = word === undefined ? Number.NaN : Number(word);
    if (!Number.isFinite(Math.fround(value))) {
      throw broken(
        words.line,
        `a number was expected and ${word === undefined ? 'the file ends' : `"${word.slice(0, 40)}" found`}`,
      );
    }
    return value;
  };

  expect('solid');
  words.skipLine();
  for (;;) {
    const word = words.next();
    if (word === 'facet') {
      expect('normal');
      // Some programs write "nan" as the normal of a flat triangle; the three words only have to be there.
      words.next();
      words.next();
      words.next();
      expect('outer', 'loop');
      for (let corner = 0; corner < 3; corner++) {
        expect('vertex');
        corners.push(number(), number(), number());
      }
      expect('endloop', 'endfacet');
    } else if (word === 'endsolid') {
      words.skipLine();
      const after = words.next();
      if (after === undefined) {
        return corners.soup();
      }
      if (after !== 'solid') {
        throw broken(words.line, `nothing or another "solid" was expected and "${after.slice(0, 40)}" found`);
      }
      words.skipLine();
    } else {
      throw broken(
        words.line,
        word === undefined
          ? 'the file ends before "endsolid"; it may have been cut off'
          : `"facet" or "endsolid" was expected and "${word.slice(0, 40)}" found`,
      );
    }
  }
}

const broken = (line: number, what: string): ModelRejected =>
  new ModelRejected(`The STL file cannot be read: in line ${line} ${what}. Please export the model again as STL.`);

/** Grows by doubling: the number of triangles of a text file is known only at its end. */
class Corners {
  #positions = new Float32Array(9 * 1024);
  #length = 0;

  push(x: number, y: number, z: number): void {
    if (this.#length + 3 > this.#positions.length) {
      const grown = new Float32Array(this.#positions.length * 2);
      grown.set(this.#positions);
      this.#positions = grown;
    }
    this.#positions[this.#length++] = x;
    this.#positions[this.#length++] = y;
    this.#positions[this.#length++] = z;
  }

  soup(): TriangleSoup {
    return { positions: this.#positions.slice(0, this.#length), triangles: this.#length / 9 };
  }
}
