import { noTriangles, type StlFault } from './fault.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const LONGEST_WORD = 100;

const ANY = Symbol('any word');
const NUMBER = Symbol('number');
const VERTEX = ['vertex', NUMBER, NUMBER, NUMBER];

/** The words of one facet. Its normal may be anything: some programs write "nan" for a flat triangle. */
const FACET = [
  'facet',
  'normal',
  ANY,
  ANY,
  ANY,
  'outer',
  'loop',
  ...VERTEX,
  ...VERTEX,
  ...VERTEX,
  'endloop',
  'endfacet',
];

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf)/;

/** Checks an ASCII STL (one or more solids, any white space, any case) while it passes by, in pieces of any size. */
export class AsciiStl {
  #place: 'before solid' | 'in name' | 'in solid' | 'after name' = 'before solid';
  #step = 0;
  #facets = 0;
  #line = 1;
  /** A word that may go on in the next piece. */
  #begun = '';
  #fault: StlFault | null = null;

  push(piece: Buffer): void {
    if (this.#fault !== null) return;
    const text = this.#begun + piece.toString('latin1').toLowerCase();
    let start = 0;
    for (let at = this.#begun.length; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > SPACE) continue;
      if (at > start) {
        this.#take(text.slice(start, at));
        if (this.#fault !== null) return;
      }
      if (code === NEWLINE) this.#endLine();
      start = at + 1;
    }
    this.#begun = this.#isName ? '' : text.slice(start);
    if (this.#begun.length > LONGEST_WORD) this.#unexpected(this.#begun, 'a word of an STL file');
  }

  /** What is wrong with the file, once all of it was pushed. */
  fault(): StlFault | null {
    if (this.#fault === null && this.#begun !== '') this.#take(this.#begun);
    if (this.#fault !== null) return this.#fault;
    if (this.#place === 'in solid' || this.#place === 'in name') {
      return {
        code: 'model_truncated',
        detail: `The model ends in line ${this.#line} without "endsolid". It may have been cut off on its way.`,
      };
    }
    return this.#facets === 0 ? noTriangles : null;
  }

  /** Names of solids are free text up to the end of the line. */
  get #isName(): boolean {
    return this.#place === 'in name' || this.#place === 'after name';
  }

  #endLine(): void {
    this.#line++;
    if (this.#place === 'in name') this.#place = 'in solid';
    if (this.#place === 'after name') this.#place = 'before solid';
  }

  #take(word: string): void {
    if (this.#isName) return;
    if (this.#place === 'before solid') {
      if (word === 'solid') this.#place = 'in name';
      else this.#unexpected(word, '"solid"');
      return;
    }
    if (this.#step === 0 && word === 'endsolid') {
      this.#place = 'after name';
      return;
    }
    const expected = FACET[this.#step] as (typeof FACET)[number];
    if (expected === NUMBER) this.#number(word);
    else if (expected !== ANY && expected !== word) {
      this.#unexpected(word, this.#step === 0 ? '"facet" or "endsolid"' : `"${String(expected)}"`);
    }
    this.#step = (this.#step + 1) % FACET.length;
    if (this.#step === 0) this.#facets++;
  }

  #number(word: string): void {
    const isDecimal = DECIMAL.test(word);
    if (isDecimal && Number.isFinite(Math.fround(Number(word)))) return;
    if (!isDecimal && !NOT_FINITE.test(word)) {
      this.#unexpected(word, 'a number');
      return;
    }
    this.#fault = {
      code: 'model_coordinates_invalid',
      detail: `In line ${this.#line} the model has a coordinate that is not a finite number: "${shown(word)}".`,
    };
  }

  #unexpected(word: string, expected: string): void {
    this.#fault = {
      code: 'model_not_stl',
      detail: `The file is not an STL model: in line ${this.#line} it has "${shown(word)}" where ${expected} should be.`,
    };
  }
}

const shown = (word: string): string => word.slice(0, 40).replace(/[^\x20-\x7e]/g, '?');
