import type { Exploration } from './explore.ts';

/** An interleaving as a table: a line for each step, a column for each session, the server and the reader. */
export function table({ what, events }: NonNullable<Exploration['broken']>): string {
  const sessions = Math.max(0, ...events.map(({ who }) => (typeof who === 'number' ? who + 1 : 0)));
  const columns = [
    ...Array(sessions).keys(),
    ...(events.some(({ who }) => who === 'server') ? ['server'] : []),
    'reader',
  ];
  const lines = [
    columns.map((column) => (typeof column === 'number' ? `T${column + 1}` : column)),
    ...events.map(({ who, note }) => columns.map((column) => (column === who ? note : ''))),
  ];
  const widths = columns.map((_, n) => Math.max(...lines.map((line) => line[n]?.length ?? 0)));
  const text = lines.map((cells) =>
    cells
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...text, `=> ${what}`].join('\n');
}
