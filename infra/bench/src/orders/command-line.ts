import { InvalidArgumentError, rootCommand, wholeNumber } from '@bezel/local/bench';

/** What can be measured by itself. */
export const PARTS = ['lives', 'facts', 'post'] as const;
export type Part = (typeof PARTS)[number];

/** What was asked for on the command line. */
export interface OrdersOptions {
  /** Orders of a round. */
  readonly orders: number;
  readonly rounds: number;
  /** Orders on their way at once. */
  readonly inFlight: number;
  /** How long orders arrive at a fixed rate. */
  readonly seconds: number;
  readonly parts: readonly Part[];
  /** Which Temporal: the full server on Postgres, or the development server. */
  readonly temporal: 'server' | 'dev';
  readonly json: boolean;
  /** Whether RESULTS.md is written. */
  readonly results: boolean;
}

const listOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string): readonly T[] =>
    text.split(',').map((part) => {
      const found = choices.find((choice) => choice === part);
      if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
      return found;
    });

const oneOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string): T =>
    listOf(choices)(text)[0] as T;

/** Reads the command line. Ends the process for `--help` (exit code 0) and for a mistake (exit code 2). */
export function readOptions(args: readonly string[]): OrdersOptions {
  const command = rootCommand('npm run bench --')
    .description('Measures the lives of orders: what they cost, how many a second, how soon a fact shows.')
    .argument('<kind>', 'orders')
    .option('--orders <n>', 'orders of a round', wholeNumber, 40)
    .option('--rounds <n>', 'alternating rounds; the median counts', wholeNumber, 5)
    .option('--in-flight <n>', 'orders on their way at once', wholeNumber, 20)
    .option('--seconds <n>', 'how long orders arrive at a fixed rate', wholeNumber, 20)
    .option('--only <parts>', `of ${PARTS.join(',')}; what is left out is null`, listOf(PARTS), PARTS)
    .option('--temporal <which>', 'server or dev', oneOf(['server', 'dev']), 'server')
    .option('--no-results', 'do not write infra/bench/RESULTS.md')
    .option('--json', 'print the figures as one JSON object, the last line of standard output', false)
    .addHelpText('after', HELP)
    .parse(args, { from: 'user' });
  const { only, ...options } = command.opts<Omit<OrdersOptions, 'parts'> & { only: readonly Part[] }>();
  return { ...options, parts: only };
}

const HELP = `
lives   --orders orders a round from SUBMITTED to DELIVERED, each fact told as soon as the status before it is seen, with the
        shop's and the MES's own workers; and as many lives of a bare workflow: the same signals, activities and timers, no
        database. Then what one of each costs Temporal: events of its history, writes to its stores.
facts   Orders arrive at the shop's door for --seconds, one in two seconds, then 1, then 20 a second, and are led to their ends;
        from each fact committed to its status committed. The figures are those of 20.
post    POST /v1/orders, 100 a second for --seconds.

--json: {ordersPerS, bareOrdersPerS, ratio, eventsPerOrder, writesPerOrder, bareEventsPerOrder, bareWritesPerOrder,
         factToStatusP50Ms, factToStatusP99Ms, postP99Ms}

Servers are its own, from the same sources as "npm start", and end with it. Figures are medians of the rounds.`;
