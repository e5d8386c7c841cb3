import { InvalidArgumentError, rootCommand } from '@bezel/local/bench';
import { MUTANTS } from './list.ts';
import type { Mutant } from './mutant.ts';

/** What was asked for on the command line. */
export interface MutantsOptions {
  readonly mutants: readonly Mutant[];
  readonly list: boolean;
  readonly json: boolean;
}

const named = (name: string, before: readonly Mutant[] = []): readonly Mutant[] => {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (found === undefined) {
    throw new InvalidArgumentError('There is no such mutant; --list names them.');
  }
  return [...before, found];
};

/** Reads the command line. Ends the process for `--help` (exit code 0) and for a mistake (exit code 2). */
export function readOptions(args: readonly string[]): MutantsOptions {
  const { only, list, json } = rootCommand('npm run mutants --')
    .description('Breaks each promise of @bezel/outbox on purpose, in a copy, and runs the test that has to notice it.')
    .option<readonly Mutant[]>('--only <name...>', 'these mutants alone', named)
    .option('--list', 'say what mutants there are, and end', false)
    .option('--json', 'print {"planted","found"} as the last line of standard output', false)
    .addHelpText('after', HELP)
    .parse(args, { from: 'user' })
    .opts<{ only?: readonly Mutant[]; list: boolean; json: boolean }>();
  return { mutants: only ?? MUTANTS, list, json };
}

const HELP = `
A mutant is found when a test's own expectation fails. One that does not load, or hangs, counts as not found.
Each test runs without a mutant first. Exit code 1 when a mutant was not found.
Servers: those named by BEZEL_TEST_*, when all are; else servers of its own from the same sources as "npm test", which
end with it. Mutants that a spec has to find need none.`;
