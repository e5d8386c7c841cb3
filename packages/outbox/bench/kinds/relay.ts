import { alternate, type Finding, figure, figureRow, round, startProcess, type Target } from '@bezel/local/measuring';
import { fill } from '../load/fill.ts';
import type { PeerContender, Peers } from '../peers/contender.ts';
import { peersOf } from '../peers/contenders.ts';
import type { RawProgram } from '../processes/raw.ts';
import { createDatabase } from '../servers/database.ts';
import { countMessages, createTopic } from '../servers/topic.ts';
import type { BenchContext, Kind } from './kind.ts';

/** Both are compiled by then: what follows is measured. */
const WARM_UP = 40_000;

/** Drain: how much of what the client's own producer reaches does a relay reach? */
export const relay: Kind = { defaultRows: 200_000, usesClient: true, measure };

/** One drain, by whomever. */
interface Sample {
  readonly perS: number;
  /** Of the process that sent. */
  readonly cpuUsEach: number;
}

const sampleOf = (count: number, { ms, cpuMs }: { readonly ms: number; readonly cpuMs: number }): Sample => ({
  perS: (count * 1_000) / ms,
  cpuUsEach: (cpuMs * 1_000) / count,
});

async function measure(context: BenchContext): Promise<Finding> {
  const { servers, options, progress, signal } = context;
  const { brokers } = servers;
  const { publisher: client, rows, rounds } = options;
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createDatabase(servers));
  const source = { signal, nodeOptions: ['--conditions=@bezel/source'] };
  const rawProcess = stack.use(startProcess<RawProgram>(new URL('../processes/raw.ts', import.meta.url), source));
  const relayProcess = stack.use(context.startRelay());
  const startMs: number[] = [];

  async function raw(count: number): Promise<Sample> {
    await using topic = await createTopic(servers);
    return sampleOf(count, await rawProcess.ask('send', { brokers, client, topic: topic.name, count }));
  }

  async function drain(count: number): Promise<Sample> {
    await using topic = await createTopic(servers);
    // The relay is not running: nobody reads.
    await database.pool.query('TRUNCATE outbox.message');
    await fill(database.pool, { topic: topic.name, count, signal });
    // What the filling left to be written to disk shall not be written while we measure.
    await database.pool.query('CHECKPOINT');
    const result = await relayProcess.ask('drain', { databaseUrl: database.url, brokers, client, count });
    const arrived = await countMessages(brokers, topic.name);
    if (arrived !== count) {
      throw new Error(`${count} messages were written, ${arrived} arrived`);
    }
    startMs.push(result.startMs);
    return sampleOf(count, result);
  }

  const warmUp = Math.min(WARM_UP, rows);
  await progress.step('warm up', async () => {
    await raw(warmUp);
    await drain(warmUp);
  });
  const peers: Peers = options.peers ? await peersOf(context, stack) : { contenders: [], leftOut: [] };
  const samples = await alternate<string, Sample | number>(rounds, {
    raw: (n) => progress.step(`round ${n + 1} of ${rounds}: raw ${client}`, () => raw(rows)),
    relay: (n) => progress.step(`round ${n + 1} of ${rounds}: relay`, () => drain(rows)),
    ...Object.fromEntries(peers.contenders.map(({ name, round }) => [name, round])),
  });
  const { maxRssMb } = await relayProcess.ask('usage', null);
  const ours = (name: string) => (samples[name] ?? []) as readonly Sample[];
  const rates = (name: string) =>
    figure(
      ours(name).map(({ perS }) => perS),
      'higher',
    );
  const cpu = (name: string) =>
    figure(
      ours(name).map(({ cpuUsEach }) => cpuUsEach),
      'lower',
    );
  const rawRate = rates('raw');
  const relayRate = rates('relay');
  const ratio = relayRate.median / rawRate.median;
  const peerRates = peers.contenders.map(({ name, kind }) => ({
    name,
    kind,
    rate: figure((samples[name] ?? []) as readonly number[], 'higher'),
  }));
  const timesThe = (wanted: PeerContender['kind'], atLeast: number): readonly Target[] => {
    const medians = peerRates.filter(({ kind }) => kind === wanted).map(({ rate }) => rate.median);
    const what = `times ${wanted}`;
    return medians.length === 0 ? [] : [{ what, value: relayRate.median / Math.max(...medians), atLeast }];
  };
  return {
    figures: {
      rawMsgPerS: round(rawRate.median),
      relayMsgPerS: round(relayRate.median),
      ratioToRaw: round(ratio, 3),
      peers: Object.fromEntries(
        peerRates.map(({ name, rate }) => [
          name,
          { msgPerS: round(rate.median), ratio: round(relayRate.median / rate.median, 2) },
        ]),
      ),
    },
    targets: [
      { what: 'of the raw producer', value: ratio, atLeast: 0.9 },
      ...timesThe('the best TypeScript peer', 8),
      ...timesThe('Debezium', 2),
    ],
    tables: [
      {
        head: ['messages a second', 'best', 'median', 'rounds'],
        rows: [
          figureRow(`raw ${client}`, rawRate),
          figureRow('relay', relayRate),
          ['relay to raw', String(round(relayRate.best / rawRate.best, 3)), String(round(ratio, 3)), ''],
          ...peerRates.map(({ name, rate }) => figureRow(name, rate)),
        ],
      },
      {
        head: ['CPU of the sending process, µs a message', 'best', 'median', 'rounds'],
        rows: [figureRow(`raw ${client}`, cpu('raw'), 1), figureRow('relay', cpu('relay'), 1)],
      },
    ],
    notes: [
      `${rows} messages a round, payload 214 bytes, 12 partitions, acks all, idempotent, batches of 2,000, one in flight.`,
      'Timed from the first send, connecting included, to the last acknowledgement. ' +
        `Before its first send a relay took ${round(figure(startMs, 'lower').median)} ms (median) to connect, lease and read.`,
      'Rows are read as they were written: no vacuum in between. A checkpoint of Postgres precedes each drain.',
      `Most memory the relay process had: ${round(maxRssMb)} MB.`,
      ...peers.contenders.flatMap(({ notes }) => notes()),
      ...peers.leftOut,
    ],
  };
}
