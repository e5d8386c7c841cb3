import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asciiStl, binaryStl, cube } from '../../testing/stl-samples.ts';
import { StlCheck } from './stl-check.ts';

/** Checks a file pushed in pieces of `size` bytes. */
function faultOf(file: Buffer | string, size = 64 * 1024) {
  const bytes = Buffer.from(file);
  const check = new StlCheck();
  for (let at = 0; at < bytes.length; at += size) check.push(bytes.subarray(at, at + size));
  return check.fault();
}

const binary = binaryStl(cube());
const ascii = asciiStl(cube());

function withCoordinate(value: number, at: number): Buffer {
  const file = Buffer.from(binary);
  file.writeFloatLE(value, at);
  return file;
}

describe('files that pass', () => {
  test.each([
    ['binary', binary],
    ['ASCII', Buffer.from(ascii)],
    ['binary whose free text begins with "solid"', binaryStl(cube(), 'solid made by a CAD program')],
    ['binary, "solid" and no zero byte in the first 80', binaryStl(cube(), 'solid'.padEnd(80, ' '))],
    [
      'ASCII in capitals with tabs and carriage returns',
      Buffer.from(ascii.toUpperCase().replaceAll(' ', '\t').replaceAll('\n', '\r\n')),
    ],
    ['ASCII with a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(ascii)])],
    ['two solids in one ASCII file', Buffer.from(ascii + ascii)],
    ['a solid without a name', Buffer.from(asciiStl(cube(), ''))],
    ['ASCII with a name like a facet', Buffer.from(asciiStl(cube(), 'facet normal endsolid'))],
    ['ASCII without a last newline', Buffer.from(ascii.trimEnd())],
    ['numbers with exponents', Buffer.from(ascii.replaceAll('10', '+1.0E+01'))],
    ['a normal that is no number', Buffer.from(ascii.replaceAll('normal 0 0 0', 'normal nan nan nan'))],
    ['a binary normal that is no number', withCoordinate(Number.NaN, 84)],
    ['the largest float there is', withCoordinate(3.4028234663852886e38, 84 + 12)],
  ])('%s', (_, file) => {
    expect(faultOf(file)).toBeNull();
  });

  test('in pieces of any size, the answer is the same', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          binary,
          Buffer.from(ascii),
          binary.subarray(0, 300),
          Buffer.from(ascii.slice(0, 300)),
          withCoordinate(Number.NaN, 84 + 11 * 50 + 44),
          Buffer.from(ascii.replace('vertex', 'vortex')),
        ),
        fc.integer({ min: 1, max: 700 }),
        (file, size) => {
          expect(faultOf(file, size)).toEqual(faultOf(file));
        },
      ),
    );
  });
});

describe('files that do not', () => {
  test.each([
    ['no bytes', '', 'model_empty'],
    ['binary with no triangle', binaryStl([]), 'model_empty'],
    ['ASCII with no triangle', asciiStl([]), 'model_empty'],
    ['a sentence', 'This is not a ring.', 'model_not_stl'],
    ['a web page', `<!doctype html>${' '.repeat(500)}`, 'model_not_stl'],
    ['zeros', Buffer.alloc(4096), 'model_not_stl'],
    ['a picture', Buffer.from(`89504e470d0a1a0a0000000d49484452${'ab'.repeat(200)}`, 'hex'), 'model_not_stl'],
    ['a sentence that begins with solid', 'solid gold is what I want\nplease', 'model_not_stl'],
    ['a word that begins with solid', 'solidarity\nendsolid', 'model_not_stl'],
    ['a misspelt keyword', ascii.replace('outer', 'inner'), 'model_not_stl'],
    ['a missing coordinate', ascii.replace('vertex 0 0 0', 'vertex 0 0'), 'model_not_stl'],
    ['a coordinate in hexadecimal', ascii.replace('vertex 0 0 0', 'vertex 0x0 0 0'), 'model_not_stl'],
    ['text after the last solid', `${ascii}and more`, 'model_not_stl'],
    ['one endless word', `solid x\n${'f'.repeat(100_000)}`, 'model_not_stl'],
    ['binary cut off in a triangle', binary.subarray(0, -20), 'model_truncated'],
    ['binary cut off between triangles', binary.subarray(0, -50), 'model_truncated'],
    ['binary cut off after its header', binary.subarray(0, 84), 'model_truncated'],
    ['binary beginning with "solid", cut off', binaryStl(cube(), 'solid x').subarray(0, -1), 'model_truncated'],
    ['binary with bytes left over', Buffer.concat([binary, Buffer.from('x')]), 'model_not_stl'],
    ['ASCII cut off in a facet', ascii.slice(0, 150), 'model_truncated'],
    ['ASCII cut off before endsolid', ascii.slice(0, ascii.indexOf('endsolid')), 'model_truncated'],
    ['only the name of a solid', 'solid ring', 'model_truncated'],
    ['ASCII with nan', ascii.replace('vertex 0 0 0', 'vertex 0 nan 0'), 'model_coordinates_invalid'],
    ['ASCII with -inf', ascii.replace('vertex 0 0 0', 'vertex 0 0 -inf'), 'model_coordinates_invalid'],
    ['ASCII beyond a float', ascii.replace('vertex 0 0 0', 'vertex 0 0 1e39'), 'model_coordinates_invalid'],
    ['binary with NaN', withCoordinate(Number.NaN, 84 + 12), 'model_coordinates_invalid'],
    [
      'binary with infinity in the last corner',
      withCoordinate(-Infinity, 84 + 11 * 50 + 44),
      'model_coordinates_invalid',
    ],
  ])('%s: %#', (_, file, code) => {
    expect(faultOf(file)?.code).toBe(code);
  });

  test('the detail names the place', () => {
    expect(faultOf(withCoordinate(Number.NaN, 84 + 4 * 50 + 12))?.detail).toContain('Triangle 5');
    expect(faultOf(ascii.replace('outer', 'inner'))?.detail).toContain('in line 3 it has "inner" where "outer"');
  });
});
