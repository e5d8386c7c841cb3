import { setTimeout as delay } from 'node:timers/promises';
import { alternate, type Finding, figure, figureRow, percentile, round, startProcess } from '@bezel/local/measuring';
import type { ListenerProgram } from '../processes/listener.ts';
import type { WriterProgram } from '../processes/writer.ts';
import { createDatabase } from '../servers/database.ts';
import { createTopic } from '../servers/topic.ts';
import type { BenchContext, Kind } from './kind.ts';

/** From COMMIT to the consumer: how long, compared with Kafka alone? */
export const latency: Kind = { defaultRows: 10_000, usesClient: true, measure };

const PER_SECOND = 500;
/** The first messages of a round meet code that is not compiled and connections that are not made. */
const WARM_UP = 1_000;

async function measure({ servers, options, progress, signal, startRelay }: BenchContext): Promise<Finding> {
  const { brokers } = servers;
  const { publisher: client, rows, rounds, silence } = options;
  const source = { signal, nodeOptions: ['--conditions=@bezel/source'] };
  // Topics stay to the end: the relay's client would ask for one that is gone, and complain.
  await using topics = new AsyncDisposableStack();
  await using database = await createDatabase(servers);
  await using writer = startProcess<WriterProgram>(new URL('../processes/writer.ts', import.meta.url), source);
  await using listener = startProcess<ListenerProgram>(new URL('../processes/listener.ts', import.meta.url), source);
  await using relay = startRelay();
  await relay.ask('start', { databaseUrl: database.url, brokers, client });

  async function delays(send: (load: Load) => Promise<readonly number[]>, count: number): Promise<number[]> {
    const topic = topics.use(await createTopic(servers));
    await listener.ask('listen', { client, brokers, topic: topic.name });
    const warmUp = Math.min(WARM_UP, count);
    const load = { topic: topic.name, first: 0, count: warmUp + count, perSecond: PER_SECOND };
    const sent = await send(load);
    const arrivals = await listener.ask('arrivals', load);
    return arrivals.map((at, n) => at - (sent[n] ?? Number.NaN)).slice(warmUp);
  }
  const raw = (load: Load) => writer.ask('send', { ...load, client, brokers });
  const throughTheRelay = (load: Load) => writer.ask('commit', { ...load, databaseUrl: database.url });

  const samples = await alternate(rounds, {
    raw: (n) => progress.step(`round ${n + 1} of ${rounds}: raw ${client}`, () => delays(raw, rows)),
    relay: (n) => progress.step(`round ${n + 1} of ${rounds}: relay`, () => delays(throughTheRelay, rows)),
  });

  const lastTopic = topics.use(await createTopic(servers));
  const afterSilence = await progress.step(`${silence} s of silence, then one message`, async () => {
    await listener.ask('listen', { client, brokers, topic: lastTopic.name });
    const one = (first: number) => ({ topic: lastTopic.name, first, count: 1, perSecond: PER_SECOND });
    await throughTheRelay(one(0));
    await listener.ask('arrivals', one(0));
    await delay(silence * 1_000, undefined, { signal });
    const [sent] = await throughTheRelay(one(1));
    const [arrived] = await listener.ask('arrivals', one(1));
    await listener.ask('close', null);
    return (arrived ?? Number.NaN) - (sent ?? Number.NaN);
  });
  await relay.ask('stop', null);

  const over = (rounds: readonly (readonly number[])[], percent: number) =>
    figure(
      rounds.map((round) => percentile(round, percent)),
      'lower',
    );
  const [p50, p99, rawP50, rawP99] = [
    over(samples.relay, 50),
    over(samples.relay, 99),
    over(samples.raw, 50),
    over(samples.raw, 99),
  ];
  const ratio = p50.median / rawP50.median;
  return {
    figures: {
      p50Ms: round(p50.median, 2),
      p99Ms: round(p99.median, 2),
      rawP50Ms: round(rawP50.median, 2),
      ratioP50: round(ratio, 2),
      firstAfterIdleMs: round(afterSilence, 1),
    },
    targets: [
      { what: 'p50, times the raw round trip', value: ratio, atMost: 2 },
      { what: 'p99', value: p99.median, atMost: 10, unit: ' ms' },
    ],
    tables: [
      {
        head: ['milliseconds', 'best', 'median', 'rounds'],
        rows: [
          figureRow(`raw ${client}, p50`, rawP50, 2),
          figureRow(`raw ${client}, p99`, rawP99, 2),
          figureRow('COMMIT to consumer, p50', p50, 2),
          figureRow('COMMIT to consumer, p99', p99, 2),
          ['first after silence', round(afterSilence, 1).toString(), '', ''],
        ],
      },
    ],
    notes: [
      `${rows} messages a round at ${PER_SECOND} a second, after ${WARM_UP} to warm up. One transaction for each, on 8 ` +
        'connections, with a nudge after the commit. Raw: the same rate, one send in flight, the same consumer.',
      'From COMMIT sent (raw: from the call that hands the message over) to the message in the consumer’s hands. ' +
        'Writer, relay and consumer are three processes; times are of the machine’s monotonic clock.',
      `First after silence: after ${silence} s, connections of the writer made anew, the relay’s as they were.`,
    ],
  };
}

interface Load {
  readonly topic: string;
  readonly first: number;
  readonly count: number;
  readonly perSecond: number;
}
