import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, rootCommand, wholeFrom } from '@bezel/local/bench';
import { Option } from 'commander';
import type { FaultKind } from './faults/fault.ts';
import { FAULT_KINDS } from './faults/index.ts';
import { MUTANTS } from './mutants/list.ts';
import type { PlantedBug } from './mutants/mutant.ts';
import { LAYOUTS, type LayoutName } from './system/layout.ts';

export interface Options {
  readonly orders: number;
  readonly faults: number;
  readonly seed: string;
  readonly minutes: number;
  readonly kinds: readonly FaultKind[];
  readonly processes: LayoutName;
  readonly customers: number;
  readonly cancelPercent: number;
  readonly settle: number;
  /** Those to plant; none: an ordinary run. */
  readonly mutants: readonly PlantedBug[];
  readonly schedule: boolean;
  readonly results: boolean;
  readonly json: boolean;
}

/** Reads names with commas between them; answers what they name, in the order of the list. */
const namedIn =
  <Item extends { readonly name: string }>(all: readonly Item[], what: string) =>
  (text: string): readonly Item[] => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !all.some((item) => item.name === name));
    if (unknown === undefined) return all.filter(({ name }) => names.includes(name));
    const known = all.map(({ name }) => name).join(', ');
    throw new InvalidArgumentError(
      `There is no ${what} "${unknown}". ${what[0]?.toUpperCase()}${what.slice(1)}s: ${known}.`,
    );
  };
const kindsOf = namedIn<FaultKind>(FAULT_KINDS, 'fault');
const mutantsOf = namedIn<PlantedBug>(MUTANTS, 'mutant');

const HELP = `
Faults:
${FAULT_KINDS.map(({ name, what }) => `  ${name.padEnd(17)}${what}`).join('\n')}

It starts a stack of its own with two processes of each role, and ends it. Customers order, repeat what was not answered
under the same Idempotency-Key, double-click, call off, hang up; operators, sales and a courier do their work; faults come as
the seed says, and customers keep coming until the last one is over. Then a checker that shares no code with the apps reads the
three databases by SQL of its own and every topic, and asks the doors.

The same seed gives the same schedule of faults and the same decisions of clients. What the machine does in between it
cannot decide. A fault the machine refuses is told as not run.

Exit code 1 when anything is lost, happened twice, is out of order or unfinished, when the system did not recover from a fault
or nothing moved any more, or with --mutants when one was missed; 2 when the command line is wrong or it could not run; 130 when it
was ended by Ctrl-C.`;

/** The options that mean the same schedule, orders and processes: what has its default is left out. */
export function again(options: Options): string {
  const { seed, orders, faults, kinds, processes, customers, cancelPercent, minutes } = options;
  const only = kinds.length === FAULT_KINDS.length ? '' : ` --only ${kinds.map(({ name }) => name).join(',')}`;
  const others = [
    ...[processes === DEFAULTS.processes ? '' : ` --processes ${processes}`],
    ...[customers === DEFAULTS.customers ? '' : ` --customers ${customers}`],
    ...[cancelPercent === DEFAULTS.cancelPercent ? '' : ` --cancel-percent ${cancelPercent}`],
    ...[minutes === 0 ? '' : ` --minutes ${minutes}`],
  ];
  return `--seed ${seed} --orders ${orders} --faults ${faults}${only}${others.join('')}`;
}

/** A bug is looked for by the orders, faults and processes that bring it to light. */
const OF_ORDINARY_RUNS = ['orders', 'faults', 'minutes', 'only', 'processes', 'cancelPercent', 'settle', 'schedule'];

const DEFAULTS = { processes: 'roles', customers: 6, cancelPercent: 15 } as const;

/** Reads the command line. Exits by itself for --help and for what it cannot understand. */
export function readOptions(argv: readonly string[]): Options {
  const command = rootCommand('npm run chaos --')
    .description('Drives orders while everything that can break breaks, then checks that nothing was lost or doubled.')
    .addOption(new Option('--orders <n>', 'orders to submit').default(40).argParser(wholeFrom(1, 1_000_000)))
    .addOption(new Option('--faults <n>', 'faults to inject').default(15).argParser(wholeFrom(0, 100_000)))
    .addOption(
      new Option('--seed <text>', 'repeats the schedule and the decisions of an earlier run').default(
        undefined,
        'random',
      ),
    )
    .addOption(
      new Option('--minutes <t>', 'no new orders and faults after so long; 0: no limit')
        .default(0)
        .argParser(wholeFrom(0, 10_000)),
    )
    .addOption(
      new Option('--only <kinds>', 'only these faults, with commas').default(FAULT_KINDS, 'all').argParser(kindsOf),
    )
    .addOption(
      new Option('--processes <by>', 'a process for each role, several roles of an app in one, or all of them')
        .choices(LAYOUTS)
        .default(DEFAULTS.processes),
    )
    .addOption(
      new Option('--customers <n>', 'customers at once, without a burst')
        .default(DEFAULTS.customers)
        .argParser(wholeFrom(1, 1_000)),
    )
    .addOption(
      new Option('--cancel-percent <n>', 'orders called off')
        .default(DEFAULTS.cancelPercent)
        .argParser(wholeFrom(0, 100)),
    )
    .addOption(
      new Option('--settle <s>', 'seconds the system may take to come to rest')
        .default(120)
        .argParser(wholeFrom(1, 86_400)),
    )
    .addOption(
      new Option(
        '--mutants [names]',
        'plant known bugs, or these of them, one after the other, and see whether each is found',
      )
        .preset(MUTANTS.map(({ name }) => name).join(','))
        .default([], 'none')
        .argParser(mutantsOf)
        .conflicts(OF_ORDINARY_RUNS),
    )
    .option('--schedule', 'print the schedule of the seed and run nothing', false)
    .option('--no-results', 'leave infra/chaos/RESULTS.md as it is')
    .option('--json', 'the verdict as one JSON object on standard output', false)
    .addHelpText('after', HELP)
    .parse([...argv], { from: 'user' });
  const { only, seed, ...rest } = command.opts<
    Omit<Options, 'kinds' | 'seed'> & { only: Options['kinds']; seed?: string }
  >();
  return { ...rest, kinds: only, seed: seed ?? randomBytes(4).toString('hex') };
}
