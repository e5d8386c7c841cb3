import { alternate, type Child, type Finding, figure, number, round, startProcess } from '@bezel/local/measuring';
import { waitFor } from '@bezel/local/testing';
import { shardOf } from '../../src/shard/hash.ts';
import { keyOfOrder } from '../load/order-event.ts';
import { machineMs } from '../processes/clock.ts';
import type { ListenerProgram } from '../processes/listener.ts';
import type { RelayProgram } from '../processes/relay.ts';
import type { WriterProgram } from '../processes/writer.ts';
import { createDatabase } from '../servers/database.ts';
import { createTopic } from '../servers/topic.ts';
import type { BenchContext, Kind } from './kind.ts';

/** A relay ends under load: how long until the other one sends what was its own? */
export const handOver: Kind = { defaultRows: 2_000, defaultRounds: 10, usesClient: true, measure };

const PER_SECOND = 500;

/** How a relay ends, and what its process then says. */
const ENDINGS = { SIGKILL: 'SIGKILL', SIGTERM: 0 } as const;

async function measure({ servers, options, progress, signal, startRelay }: BenchContext): Promise<Finding> {
  const { brokers } = servers;
  const { publisher: client, rows, rounds } = options;
  const source = { signal, nodeOptions: ['--conditions=@bezel/source'] };
  await using topic = await createTopic(servers);
  await using database = await createDatabase(servers);
  await using processes = new AsyncDisposableStack();
  const writer = processes.use(startProcess<WriterProgram>(new URL('../processes/writer.ts', import.meta.url), source));
  const listener = processes.use(
    startProcess<ListenerProgram>(new URL('../processes/listener.ts', import.meta.url), source),
  );
  const { rows: config } = await database.pool.query('SELECT shards FROM outbox.config');
  const shards: number = config[0].shards;
  await listener.ask('listen', { client, brokers, topic: topic.name });

  async function newRelay(): Promise<Child<RelayProgram>> {
    const relay = processes.use(startRelay());
    await relay.ask('start', { databaseUrl: database.url, brokers, client });
    return relay;
  }
  let survivor = await newRelay();
  let written = 0;

  /** Ends the older of two relays that share the shards evenly; the younger one goes on into the next round. */
  async function longestWait(how: keyof typeof ENDINGS): Promise<number> {
    const leaving = survivor;
    survivor = await newRelay();
    const shardsOf = async (relay: Child<RelayProgram>) => (await relay.ask('shards', null)).toSorted((a, b) => a - b);
    const theirs = await waitFor('the shards to be shared', async () => {
      const [leavings, survivors] = [await shardsOf(leaving), await shardsOf(survivor)];
      return leavings.length === shards / 2 && survivors.length === shards / 2 ? leavings : undefined;
    });
    const load = { topic: topic.name, first: written, count: rows, perSecond: PER_SECOND };
    written += rows;
    const committed = writer.ask('commit', { ...load, databaseUrl: database.url });
    // By then both relays are connected to Kafka, and busy.
    await listener.ask('arrivals', { first: load.first, count: Math.ceil(rows / 4) });
    const told = machineMs();
    const ended = await leaving.kill(how);
    if (ended !== ENDINGS[how]) throw new Error(`a relay told to end by ${how} ended by ${ended}`);
    const [sent, arrivals] = [await committed, await listener.ask('arrivals', load)];
    const waits = arrivals.flatMap((arrived, n) =>
      arrived > told && theirs.includes(shardOf(topic.name, keyOfOrder(load.first + n), shards))
        ? [arrived - (sent[n] ?? Number.NaN)]
        : [],
    );
    if (waits.length === 0) throw new Error('no message of its shards was on its way: more --rows are needed');
    return Math.max(...waits);
  }
  const samples = await alternate(rounds, {
    kill: (n) => progress.step(`round ${n + 1} of ${rounds}: SIGKILL`, () => longestWait('SIGKILL')),
    stop: (n) => progress.step(`round ${n + 1} of ${rounds}: SIGTERM`, () => longestWait('SIGTERM')),
  });
  await listener.ask('close', null);
  await survivor.ask('stop', null);

  const [kill, stop] = [samples.kill, samples.stop].map((waits) => ({
    p50: figure(waits, 'lower').median,
    max: Math.max(...waits),
    waits,
  })) as [Waits, Waits];
  const row = (name: string, { p50, max, waits }: Waits): string[] => [
    name,
    number(p50),
    number(max),
    waits.map((wait) => number(wait)).join(' · '),
  ];
  return {
    figures: {
      killP50Ms: round(kill.p50),
      killMaxMs: round(kill.max),
      stopP50Ms: round(stop.p50),
      stopMaxMs: round(stop.max),
      rounds,
    },
    targets: [{ what: 'after a SIGKILL, at the longest', value: kill.max, atMost: 2_000, unit: ' ms' }],
    tables: [
      {
        head: ['milliseconds', 'median', 'longest', 'rounds'],
        rows: [row('SIGKILL', kill), row('SIGTERM', stop)],
      },
    ],
    notes: [
      `Two relays with ${shards / 2} shards each, as createRelay sets them up; ${rows} messages a round at ${PER_SECOND} ` +
        'a second. After a quarter of them one relay ends.',
      'A round counts the message that waited longest, from COMMIT sent to the consumer, of the shards that were the ' +
        'relay’s and of what arrived after the signal. After a SIGKILL that is the first one it left behind.',
      'All messages of all rounds arrived; a round does not end before.',
    ],
  };
}

interface Waits {
  readonly p50: number;
  readonly max: number;
  readonly waits: readonly number[];
}
