import { InvalidArgumentError, rootCommand, wholeFrom } from '@bezel/local/bench';
import { Option } from 'commander';
import { MUTANTS } from '../mutants/list.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { BUGS } from './bugs.ts';
import { type Cell, crashMatrixOfOrders } from './matrix/cells.ts';

export interface CrashPointOptions {
  readonly cells: readonly Cell[];
  /** Every cell there is. */
  readonly whole: boolean;
  readonly atOnce: number;
  readonly mutant: Mutant | null;
  readonly list: boolean;
  readonly results: boolean;
  readonly json: boolean;
}

const { cells: ALL } = crashMatrixOfOrders();
const PLANTABLE = [...BUGS, ...MUTANTS];

/** Cells whose id has each of the words of one of the texts: `shop-relay`, `relay.published/accept`, `worker+cancel`. */
const cellsOf = (text: string): readonly Cell[] => {
  const wanted = text.split(',');
  const found = ALL.filter(({ id }) =>
    wanted.some((words) => words.split('+').every((word) => `/${id}/`.includes(word))),
  );
  const none = wanted.find(
    (words) => !found.some(({ id }) => words.split('+').every((word) => `/${id}/`.includes(word))),
  );
  if (none !== undefined) {
    throw new InvalidArgumentError(`No cell has "${none}" in its name. "--list" prints all cells.`);
  }
  return found;
};

const mutantOf = (name: string): Mutant => {
  const mutant = PLANTABLE.find((one) => one.name === name);
  if (mutant === undefined) {
    throw new InvalidArgumentError(`There is no bug "${name}". Bugs: ${PLANTABLE.map((one) => one.name).join(', ')}.`);
  }
  return mutant;
};

const HELP = `
A cell is one death: a process of one role, at one of its failpoints, with the message of one step of an order's life at
hand, such as shop-relay/relay.published/accept/to APPROVED. In one stack with a process for each role, orders live to
delivery, to cancellation or to rejection; some are late, cannot be handled or withdrawn at first, or are repaired. Each
process dies by SIGKILL in each of its cells, once, and is started anew. Then the checker of chaos and the audit of a system at rest go through every order.

A cell is passed when its process died exactly there, as its own record and the supervisor say, runs again, and nothing is
wrong with the order it had at hand. What no step comes to is listed with the reason (--list), and never counts as passed.

Exit code 1 when a cell failed or something else is wrong; 2 when the command line is wrong or it could not run; 130 when
Ctrl-C ended it.`;

/** Reads the command line. Exits by itself for --help and for what it cannot understand. */
export function readCrashPointOptions(argv: readonly string[]): CrashPointOptions {
  const command = rootCommand('npm run crash-points --')
    .description('Kills every role at each of its failpoints in every step of an order, then checks every order.')
    .addOption(
      new Option(
        '--only <cells>',
        'only cells with this in their name; with commas, any of these; with +, all of these',
      )
        .default(ALL, 'all')
        .argParser(cellsOf),
    )
    .addOption(new Option('--at-once <n>', 'orders alive at a time').default(4).argParser(wholeFrom(1, 100)))
    .addOption(new Option('--mutant <name>', 'plant a known bug, which has to be found').argParser(mutantOf))
    .option('--list', 'print all cells, and what cannot be reached and why; run nothing', false)
    .option('--no-results', 'leave infra/chaos/CRASH-POINTS.md as it is; it is written only when all cells are run')
    .option('--json', 'the outcome as one JSON object on standard output', false)
    .addHelpText('after', HELP)
    .parse([...argv], { from: 'user' });
  const { only, mutant, ...rest } = command.opts<
    Omit<CrashPointOptions, 'cells' | 'whole' | 'mutant'> & { only: readonly Cell[]; mutant?: Mutant }
  >();
  return { ...rest, cells: only, whole: only.length === ALL.length, mutant: mutant ?? null };
}
