import { randomBytes } from 'node:crypto';
import { wholeFrom } from '@bezel/local/bench';
import { Command, Option } from 'commander';

/** What a demo run is told. */
export interface DemoOptions {
  readonly orders: number;
  readonly kills: number;
  readonly seed: string;
  readonly concurrency: number;
  readonly operators: number;
  /** How many of a hundred orders their customers call off. */
  readonly cancelPercent: number;
  readonly killServers: boolean;
  /** How long the clients wait without any progress before they give up. */
  readonly patienceMs: number;
  /** How long the system may take to come to rest once the clients are done. */
  readonly settleMs: number;
  readonly json: boolean;
}

const HELP = `
Without a running stack (npm start) it starts one of its own, without sample orders, and ends it afterwards.

Customers order real STL models over HTTP, accept the price and follow their orders; operators work at the MES board; a
courier sends signed callbacks. They repeat a request, with its Idempotency-Key, when no answer comes, and double-click.
Meanwhile random app processes get a SIGKILL; the supervisor starts each again.

Then the three databases (their audit views), the topics and Temporal are read, and every order is accounted for at every
hop. Exit code 1 if anything is lost, happened twice, is out of order or unfinished; 2 if the demo itself could not run.

The seed decides everything the clients do and whom the killer chooses. What the machine does in between it cannot decide.`;

/** Reads the command line. Exits by itself for --help and for what it cannot understand. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const command = new Command('npm run demo --')
    .description(
      'Drives orders from the shop to DELIVERED under SIGKILLs, then checks that nothing was lost or doubled.',
    )
    .addOption(new Option('--orders <n>', 'orders to submit').default(200).argParser(wholeFrom(1, 1_000_000)))
    .addOption(new Option('--kills <n>', 'SIGKILLs to send').default(20).argParser(wholeFrom(0, 100_000)))
    .addOption(new Option('--seed <text>', 'repeats the decisions of an earlier run').default(undefined, 'random'))
    .addOption(
      new Option('--concurrency <n>', 'orders on their way at once').default(24).argParser(wholeFrom(1, 1_000)),
    )
    .addOption(new Option('--operators <n>', 'operators at the board').default(4).argParser(wholeFrom(1, 100)))
    .addOption(
      new Option('--cancel-percent <n>', 'orders called off by their customers')
        .default(0)
        .argParser(wholeFrom(0, 100)),
    )
    .addOption(new Option('--kill-servers', 'kill Postgres, Kafka, Temporal and sign-in too').default(false))
    .addOption(
      new Option('--patience <s>', 'seconds without progress before the clients give up')
        .default(90)
        .argParser(wholeFrom(1, 86_400)),
    )
    .addOption(
      new Option('--settle <s>', 'seconds the system may take to come to rest at the end')
        .default(60)
        .argParser(wholeFrom(0, 86_400)),
    )
    .addOption(
      new Option('--json', 'the summary as one JSON object on the last line of standard output').default(false),
    )
    .addHelpText('after', HELP)
    .showHelpAfterError('"npm run demo -- --help" lists what can be said.')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse([...argv], { from: 'user' });
  const { patience, settle, seed, ...rest } = command.opts<
    Omit<DemoOptions, 'patienceMs' | 'settleMs' | 'seed'> & { patience: number; settle: number; seed?: string }
  >();
  return {
    ...rest,
    seed: seed ?? randomBytes(4).toString('hex'),
    patienceMs: patience * 1_000,
    settleMs: settle * 1_000,
  };
}
