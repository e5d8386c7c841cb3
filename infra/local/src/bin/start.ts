import { InvalidArgumentError } from 'commander';
import { createProgress } from '../servers/progress.ts';
import { parseScale, type Scale } from '../stack/layout.ts';
import { checkoutPlaces } from '../stack/places.ts';
import { serve } from '../stack/serve.ts';
import { rootCommand } from './root-command.ts';

const scale = (text: string): Scale => {
  try {
    return parseScale(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
};

const command = rootCommand('npm start --')
  .description(
    'Runs the whole system on this machine until Ctrl-C: Postgres, Kafka, Temporal, sign-in and the three apps.',
  )
  .option('--reset', 'drop all data first')
  .option('--empty', 'submit no sample orders')
  .option('--only-servers', 'servers, databases, topics and sign-in, but no apps')
  .option('--scale <list>', 'more instances of a process: shop-back=2,mes-pricing=3', scale)
  .option(
    '--json',
    'print one line on standard output, the stack file, when ready; everything else goes to standard error',
  )
  .addHelpText('after', help())
  .parse();

const options = command.opts<{
  reset?: true;
  empty?: true;
  onlyServers?: true;
  scale?: Scale;
  json?: true;
}>();

const exitCode = await serve({
  places: checkoutPlaces(),
  reset: options.reset === true,
  samples: options.empty !== true && options.onlyServers !== true,
  onlyServers: options.onlyServers === true,
  scale: options.scale ?? parseScale(process.env['BEZEL_SCALE'] ?? ''),
  json: options.json === true,
  progress: createProgress(options.json === true ? console.error : console.log),
});
process.exit(exitCode); // not left to what cannot be broken off: an engine that still pulls an image

function help(): string {
  return `
Servers come from, in this order:
  1. the environment: BEZEL_POSTGRES_URL (a superuser), BEZEL_KAFKA_BROKERS, BEZEL_TEMPORAL_ADDRESS
  2. Docker, if an engine answers (BEZEL_SERVERS=native passes it over)
  3. this machine: programs on the PATH, else the publisher's archive, else npm, Maven and Go
BEZEL_TEMPORAL=server runs the full Temporal server on Postgres in place of the development server; it is built
with Go once, for minutes.

While it runs, .bezel/stack.json names every process, address and login. Logs are in .bezel/logs.
Known ports: shop 3001, partner 3002, MES 3003, CRM 3004; a busy one moves to the next free one.
Data stays in .bezel (as root: Postgres' in /var/lib/bezel) until --reset.`;
}
