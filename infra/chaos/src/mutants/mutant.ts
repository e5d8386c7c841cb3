import type { Defect } from '../check/defect.ts';

/** A bug of the kind that loses or doubles orders, as one change to one file that was built. */
export interface Mutant {
  /** What is wrong with it, in a few words with hyphens between them. */
  readonly name: string;
  /** The built file, from the root of the checkout. */
  readonly file: string;
  /** A piece of it, exactly as it stands there, once. */
  readonly find: string;
  /** The same piece in the source, where it has types there. */
  readonly inSource?: string;
  /** What stands there instead. */
  readonly replace: string;
  /** Faults that bring it to light, in this order: kind and target, with how many seconds it lasts. */
  readonly faults: readonly (readonly [kind: string, target: string, seconds?: number])[];
  /** How many orders it takes, where those of the others are too few. */
  readonly orders?: number;
  /** How many of a hundred orders are called off, where the bug needs many. Default: 30. */
  readonly cancelPercent?: number;
}

/** A bug that the checker of chaos has to find. */
export interface PlantedBug extends Mutant {
  /** What it is to be found by: another defect is another bug, or noise. */
  readonly expects: { readonly kind: Defect['kind']; readonly what: RegExp };
}

/** The variable that says which mutant a process is to live with, as JSON. */
export const MUTANT_VARIABLE = 'BEZEL_CHAOS_MUTANT';

/** A list names a piece that is not there, or not once: the product was changed and the mutant was not. */
export class MutantLostError extends Error {
  readonly code = 'MUTANT_LOST';

  constructor({ name, file, find }: Pick<Mutant, 'name' | 'file' | 'find'>, times: number) {
    super(`${name}: its text occurs ${times} times in ${file}, and must occur once: ${find}`);
    this.name = 'MutantLostError';
  }
}

/**
 * The text with the mutant in it.
 *
 * @throws MutantLostError
 */
export function mutate(text: string, mutant: Pick<Mutant, 'name' | 'file' | 'find' | 'replace'>): string {
  const [before, after, ...more] = text.split(mutant.find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new MutantLostError(mutant, text.split(mutant.find).length - 1);
  }
  return before + mutant.replace + after;
}
