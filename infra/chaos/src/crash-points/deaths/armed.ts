import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell } from '../matrix/cells.ts';

/** What a process is told of the cells it is to die in, as JSON in BEZEL_CRASH_POINTS. */
export interface Arming {
  /** Where the cells stand, and where deaths are written down. */
  readonly folder: string;
  readonly role: string;
}

export const ARMING_VARIABLE = 'BEZEL_CRASH_POINTS';

/** Written by a process right before it dies by SIGKILL: in which cell, with what at hand. */
export interface Death {
  readonly cell: string;
  readonly role: string;
  readonly pid: number;
  readonly orderId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const cellsFile = (folder: string): string => join(folder, 'cells.json');
const DEATH = /^death-.+\.json$/;

/** Says what is to be died of, before the processes start. */
export function arm(folder: string, cells: readonly Cell[]): void {
  writeFileSync(cellsFile(folder), JSON.stringify(cells));
}

export const armedCells = ({ folder, role }: Arming): readonly Cell[] =>
  (JSON.parse(readFileSync(cellsFile(folder), 'utf8')) as readonly Cell[]).filter((cell) => cell.role === role);

/** Every death so far, of all processes. */
export const deathsIn = (folder: string): readonly Death[] =>
  readdirSync(folder)
    .filter((name) => DEATH.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Death);

/**
 * Writes a death down, whole or not at all; false when this cell has been died in already. The name is the cell's, and a
 * file can be made once: of two processes of a role one dies.
 */
export function writeDown(folder: string, name: string, death: Death): boolean {
  const draft = join(folder, `draft-${name}-${death.pid}.json`);
  writeFileSync(draft, JSON.stringify(death));
  try {
    linkSync(draft, join(folder, `death-${name}.json`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}
