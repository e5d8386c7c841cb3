import { rootCommand, wholeNumber } from '@bezel/local/bench';

/** What was asked for on the command line. */
export interface AuditOptions {
  /** How many orders are audited, one size after the other. */
  readonly orders: readonly number[];
  /** Workflows that Temporal lists. */
  readonly workflows: number;
  readonly json: boolean;
  /** Whether RESULTS.md is written. */
  readonly results: boolean;
}

/** Reads the command line. Ends the process for `--help` (exit code 0) and for a mistake (exit code 2). */
export function readOptions(args: readonly string[]): AuditOptions {
  const sizes = (text: string): readonly number[] => text.split(',').map(wholeNumber);
  return rootCommand('npm run bench --')
    .description('Measures the audit of orders: how long it takes, and how much memory.')
    .argument('<kind>', 'audit')
    .option(
      '--orders <sizes>',
      'how many orders, comma-separated; each size is filled and audited',
      sizes,
      [10_000, 100_000],
    )
    .option('--workflows <n>', 'open workflows beside them, which Temporal has to list', wholeNumber, 500)
    .option('--no-results', 'do not write infra/bench/RESULTS.md')
    .option('--json', 'print the figures as one JSON object, the last line of standard output', false)
    .addHelpText('after', HELP)
    .parse(args, { from: 'user' })
    .opts<AuditOptions>();
}

const HELP = `
Orders are whole lives from SUBMITTED to DELIVERED, three days old, written in bulk into the apps' own tables and onto their
topics: 18 messages, 25 inbox rows, 18 moves an order. "orderctl audit --json" then audits all of them in a process of its own;
its seconds and the most memory it held are the figures. Every order must be accounted for, or the run fails.

Temporal keeps no workflow of orders that ended days ago, so none is there to be read; what it costs to list workflows is
measured beside, with --workflows open ones that nobody works on.

--json: {seconds, peakMb, ordersPerS, workflowsPerS, passSeconds, passPeakMb}; all but workflowsPerS are of the largest size, the table has each

Servers are its own, from the same sources as "npm start", and end with it.`;
