import { InvalidArgumentError, rootCommand, wholeNumber } from '@bezel/local/bench';
import { KIND_NAMES, type KindName } from './kinds/names.ts';
import { CLIENTS, type Client } from './load/client.ts';

/** What was asked for on the command line. */
export interface BenchOptions {
  readonly kind: KindName;
  /** Undefined: what suits the kind. */
  readonly rows: number | undefined;
  /** Undefined: what suits the kind. */
  readonly rounds: number | undefined;
  readonly publisher: Client;
  readonly peers: boolean;
  readonly json: boolean;
  /** Whether RESULTS.md is written. */
  readonly results: boolean;
  /** Seconds without a message, where a kind looks at silence. */
  readonly silence: number;
  /** Where the CPU profile of relay or consumer goes. */
  readonly profile: string | undefined;
}

const oneOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string): T => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    }
    return found;
  };

/** Reads the command line. Ends the process for `--help` (exit code 0) and for a mistake (exit code 2). */
export function readOptions(args: readonly string[]): BenchOptions {
  const command = rootCommand('npm run bench --')
    .description('Measures @bezel/outbox against a limit, or a peer, measured in the same run on the same servers.')
    .argument('<kind>', KIND_NAMES.join(' | '), oneOf(KIND_NAMES))
    .option('--rows <n>', 'messages of a round (defaults below)', wholeNumber)
    .option('--rounds <n>', 'alternating rounds; the median counts (5; hand-over 10)', wholeNumber)
    .option('--publisher <client>', `Kafka client: ${CLIENTS.join(' or ')}`, oneOf(CLIENTS), 'kafkajs')
    .option('--peers', 'relay, spike: peers as well, installed into the cache folder of the user', false)
    .option('--silence <seconds>', 'latency, idle: how long nothing is written', wholeNumber, 60)
    .option('--profile <folder>', 'write CPU profiles of the relay or consumer there, and name what took the time')
    .option('--no-results', 'do not write packages/outbox/bench/RESULTS.md')
    .option('--json', 'print the figures as one JSON object, the last line of standard output', false)
    .addHelpText('after', HELP)
    .parse(args, { from: 'user' });
  const { rows, rounds, publisher, peers, json, results, silence, profile } = command.opts<
    Partial<BenchOptions> & Omit<BenchOptions, 'kind' | 'rows' | 'rounds' | 'profile'>
  >();
  const kind = command.processedArgs[0] as KindName;
  if (peers && kind !== 'relay' && kind !== 'spike') {
    command.error('error: --peers goes with relay and spike');
  }
  return { kind, rows, rounds, publisher, peers, json, results, silence, profile };
}

const HELP = `
relay    Drains --rows messages (200,000) and compares with the client's own producer sending the same records in
         batches made beforehand: same topic settings, acks, batch size, one send in flight.
         --json: {rawMsgPerS, relayMsgPerS, ratioToRaw, peers}
         --peers: npm pg-transactional-outbox, polling and replication, which drain a fiftieth of the rows, and
         Debezium with Kafka Connect, warm, from Maven (needs Java, and mvn once). Who cannot be had is left out,
         which the notes say. On servers of yours replication and Debezium need wal_level=logical.
latency  --rows transactions (10,000) at 500 a second, from COMMIT sent to the consumer, and the same number of messages
         sent to Kafka without a database; then the first message after --silence.
         --json: {p50Ms, p99Ms, rawP50Ms, ratioP50, firstAfterIdleMs}
write    --rows transactions (10,000) of a small order, with and without a message, from 1, 8 and 32 clients.
         --json: {ratio1, ratio8, ratio32}
idle     Statements and CPU of a relay with nothing to do, for --silence seconds.
         --json: {statementsPerS, cpuPercent}
backlog  Drains parts of --rows unpublished messages (10,000,000) behind twice as many published ones, beside an open
         transaction with a twentieth, and compares with the same number in an empty table.
         --json: {ratio, deadTuples, relayMaxRssMb}
hand-over
         Two relays under --rows messages (2,000) at 500 a second. In each of --rounds (10) one is killed (SIGKILL), in
         another stopped (SIGTERM); how long the message of its shards that waited longest was on its way to the consumer.
         --json: {killP50Ms, killMaxMs, stopP50Ms, stopMaxMs, rounds}
consume  Reads --rows messages (100,000) from the beginning through inbox and handlers: empty ones, and such as update a row
         a message; and the same by hand on the client, a transaction for each fetch and no inbox.
         --json: {emptyMsgPerS, rowMsgPerS, ratioToHandwritten}
spike    Sends --rows messages (400,000) with each client's own producer, and with record batches encoded here: what
         leaving the JavaScript clients could bring (docs/adr/0006). Not part of the library.
         --json: {kafkajs: {msgPerS, ratio, cpuUs, mainCpuUs}, platformatic, own, own-5, worker-5}
         --peers: librdkafka as well, through npm kafka-crab-js.

Servers: those named by BEZEL_TEST_POSTGRES_URL and BEZEL_TEST_KAFKA_BROKERS; without these, servers of its own from
the same sources as "npm test", which end with it. Figures are medians of the rounds.`;
