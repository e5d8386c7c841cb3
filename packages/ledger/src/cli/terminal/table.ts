import { stripVTControlCharacters } from 'node:util';
import type { Paint } from './paint.ts';

/** Rows under headings. Columns of numbers stand to the right. A cell may be painted. */
export function table(
  paint: Paint,
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const widths = headings.map((heading, n) =>
    Math.max(heading.length, ...rows.map((row) => widthOf(String(row[n] ?? '')))),
  );
  const numeric = headings.map((_, n) => rows.length > 0 && rows.every((row) => typeof row[n] === 'number'));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, n) => {
        const space = ' '.repeat(Math.max(0, (widths[n] ?? 0) - widthOf(cell)));
        return numeric[n] ? `${space}${cell}` : `${cell}${space}`;
      })
      .join('  ')
      .trimEnd();
  return [paint('dim', line(headings)), ...rows.map((row) => line(row.map(String)))].join('\n');
}

const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/**
 * A text that others wrote, fit for a terminal: control characters, which could move the cursor or change the title, are
 * written out.
 */
export const safe = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
