import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asciiStl, binaryStl, cube, type Triangle } from '../../../testing/shapes.ts';
import { ModelRejected } from '../model-rejected.ts';
import { parseStl } from './parse-stl.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const reasonFor = (file: Uint8Array): string => {
  try {
    parseStl(file);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelRejected);
    return (error as Error).message;
  }
  throw new Error('the file was read');
};

const coordinate = fc.float({ noNaN: true, noDefaultInfinity: true });
const point = fc.tuple(coordinate, coordinate, coordinate);
const triangles = fc.array(fc.tuple(point, point, point) as fc.Arbitrary<Triangle>, { maxLength: 20 });

describe('reading', () => {
  test('binary gives back what was written', () => {
    fc.assert(
      fc.property(triangles, (written) => {
        const read = parseStl(binaryStl(written));
        expect([...read.positions]).toEqual(written.flat(2));
        expect(read.triangles).toBe(written.length);
      }),
    );
  });

  test('ASCII gives back what was written', () => {
    fc.assert(
      fc.property(triangles, (written) => {
        // Text has no negative zero worth keeping.
        expect([...parseStl(asciiStl(written)).positions].map((x) => x + 0)).toEqual(written.flat(2).map((x) => x + 0));
      }),
    );
  });

  test('a binary file may call itself solid', () => {
    expect(parseStl(binaryStl(cube(10), 'solid exported by a program')).triangles).toBe(12);
  });

  test('ASCII in capitals, with a byte order mark, Windows line ends and several solids', () => {
    const file = Buffer.from(asciiStl(cube(10)))
      .toString()
      .replaceAll('\n', '\r\n')
      .toUpperCase();
    expect(parseStl(text(`\ufeff${file}${file}`)).triangles).toBe(24);
  });

  test('a view into a larger buffer', () => {
    const file = binaryStl(cube(10));
    const padded = new Uint8Array(file.length + 7);
    padded.set(file, 3);
    expect(parseStl(padded.subarray(3, 3 + file.length)).triangles).toBe(12);
  });
});

describe('what is not an STL says why', () => {
  test.each([
    ['an empty file', new Uint8Array(), /empty/],
    ['a few bytes', text('hello'), /not an STL/],
    ['a picture', new Uint8Array(5000).fill(0xd8), /announces/],
    ['a cut-off binary file', binaryStl(cube(10)).subarray(0, 400), /announces 12 triangles and has room for 6/],
    ['a cut-off binary file called solid', binaryStl(cube(10), 'solid').subarray(0, 400), /announces 12/],
    ['a cut-off ASCII file', asciiStl(cube(10)).subarray(0, 300), /line \d+ .*the file ends/],
    ['an ASCII file without its end', text('solid a\n'), /ends before "endsolid"/],
    ['a word where a number belongs', text('solid a\nfacet normal 0 0 1\nouter loop\nvertex 1 x 2'), /line 4 a number/],
    ['infinity', text('solid a\nfacet normal 0 0 1\nouter loop\nvertex 1 1e39 2'), /line 4 a number/],
    ['something after the end', text('solid a\nendsolid a\nrubbish'), /line 3/],
  ])('%s', (_name, file, reason) => {
    expect(reasonFor(file)).toMatch(reason);
  });

  test('a coordinate that is not a number', () => {
    expect(
      reasonFor(
        binaryStl([
          [
            [0, Number.NaN, 0],
            [1, 0, 0],
            [0, 1, 0],
          ],
        ]),
      ),
    ).toMatch(/Triangle 1/);
  });

  test('any bytes are read or rejected, never a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, solid) => {
        try {
          parseStl(solid ? Buffer.concat([Buffer.from('solid '), bytes]) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelRejected);
        }
      }),
    );
  });
});
