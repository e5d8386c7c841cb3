import type { Cell } from '../matrix/cells.ts';
import type { Death } from './armed.ts';

/** What is at hand where a failpoint was hit. */
export interface AtHand {
  readonly type: string;
  readonly key: string;
  readonly data: unknown;
}

/** So many deaths an order may meet: what is wrong with it then has few causes. */
export const DEATHS_AN_ORDER = 8;

/**
 * Recognises the instants at which a process is to die. One for each run of a process; it remembers only which of the points
 * before a cell's own the process has come to.
 */
export class Recogniser {
  readonly #cells: readonly Cell[];
  /** By cell: how many of its points were come to, and with which order. */
  readonly #come = new Map<Cell, { points: number; orderId: string }>();

  constructor(cells: readonly Cell[]) {
    this.#cells = cells;
  }

  /** The cell to die in now, and the order it is about; undefined: go on. */
  at(
    failpoint: string,
    atHand: readonly AtHand[],
    deaths: () => readonly Death[],
  ): { readonly cell: Cell; readonly orderId: string } | undefined {
    let read: readonly Death[] | undefined;
    const known = (): readonly Death[] => {
      read ??= deaths();
      return read;
    };
    for (const cell of this.#cells) {
      const points = [...cell.after, cell.failpoint];
      const come = this.#come.get(cell);
      if (points[come?.points ?? 0] !== failpoint) continue;
      const orderId = come?.orderId ?? recognised(cell, atHand, known);
      if (orderId === undefined || known().some((death) => death.cell === cell.id)) continue;
      const now = (come?.points ?? 0) + 1;
      if (now === points.length) return { cell, orderId };
      this.#come.set(cell, { points: now, orderId });
    }
    return undefined;
  }
}

/** The order that is at hand, if it is what the cell is about and has not died of the like before. */
function recognised(cell: Cell, atHand: readonly AtHand[], deaths: () => readonly Death[]): string | undefined {
  const { type, holds } = cell.about;
  const place = placeOf(cell);
  for (const subject of atHand) {
    if (subject.type !== type || subject.key === '') continue;
    const orderId = orderOf(subject);
    const met = deaths().filter((death) => death.orderId === orderId);
    if (met.length >= DEATHS_AN_ORDER || met.some((death) => placeOf(partsOf(death.cell)) === place)) continue;
    if (holds === undefined || JSON.stringify(subject.data ?? null).includes(holds)) return orderId;
  }
  return undefined;
}

/** What tells of a repair has the repair's key, so that nothing parked of its order holds it back. */
const orderOf = ({ key, data }: AtHand): string =>
  key.startsWith('repair/') ? (data as { readonly orderId: string }).orderId : key;

/** A role dies once at a message of an order: at the same message again it would be a loop of deaths. */
const placeOf = ({ role, step, about }: Pick<Cell, 'role' | 'step' | 'about'>): string =>
  `${role}/${step}/${about.name}`;

function partsOf(id: string): Pick<Cell, 'role' | 'step' | 'about'> {
  const [role = '', , step = '', ...name] = id.split('/');
  return { role: role as Cell['role'], step, about: { type: '', name: name.join('/') } };
}
