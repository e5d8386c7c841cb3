/** The promises of the outbox, by number; README.md of this folder's package names what each is about. */
export const PROMISES = {
  P1: 'a committed message is published',
  P2: 'the order of a key holds',
  P3: 'an open transaction delays nobody',
  P4: 'a refused message stops its own key alone',
  P5: 'effects happen once',
  P6: 'messages are removed by whole slots, when all of them were published',
  P7: 'cost is flat',
  P8: 'no clock decides',
  P9: 'idle is nearly free',
  P10: 'writers wait for nobody',
} as const;

/** One way to break one promise: a change to a source, and the test that has to notice it. */
export interface Mutant {
  /** What is wrong with it, in a few words with hyphens between them. */
  readonly name: string;
  readonly breaks: keyof typeof PROMISES;
  /** Relative to the package. */
  readonly file: string;
  /** A piece of the file, exactly as it stands there, once. */
  readonly find: string;
  /** What stands there instead. */
  readonly replace: string;
  readonly caughtBy: TestChoice;
}

/** Some tests of a file. */
export interface TestChoice {
  /** Relative to the package. */
  readonly file: string;
  /** What the names of the `describe` blocks around it begin or end with, as far as it is needed to choose one test. */
  readonly within?: string;
  /** The test's name, or its beginning. */
  readonly test: string;
  /** What stands in the file, where the name is put together from a table; else the file has the name as it is. */
  readonly title?: string;
}

/** A list names a piece of source that is not there, or not once: the source was changed and the mutant was not. */
export class MutantLostError extends Error {
  readonly code = 'MUTANT_LOST';

  constructor({ name, file, find }: Mutant, times: number) {
    super(`${name}: its text occurs ${times} times in ${file}, and must occur once:\n${find}`);
    this.name = 'MutantLostError';
  }
}

/**
 * The source with the mutant in it.
 *
 * @throws MutantLostError
 */
export function mutate(source: string, mutant: Mutant): string {
  const [before, after, ...more] = source.split(mutant.find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new MutantLostError(mutant, source.split(mutant.find).length - 1);
  }
  return before + mutant.replace + after;
}

/** The name by which Jest's `-t` and its report know the choice. */
export const nameOf = ({ within, test }: TestChoice): string => (within === undefined ? test : `${within} ${test}`);

/** Whether it needs Postgres and Kafka. */
export const needsServers = ({ file }: TestChoice): boolean => !file.endsWith('.spec.ts');
