import { type Figure, round } from '../rounds.ts';

/** A row of a table: name, best, median, and each round as it was measured. */
export const figureRow = (name: string, { best, median, rounds }: Figure, digits = 0): string[] => [
  name,
  number(best, digits),
  number(median, digits),
  rounds.map((value) => number(value, digits)).join(' · '),
];

export const number = (value: number, digits = 0): string => round(value, digits).toLocaleString('en-US');
