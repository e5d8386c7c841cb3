import { alternate, type Finding, figure, figureRow, round, startProcess } from '@bezel/local/measuring';
import { createAccounts, takeCounted } from '../load/accounts.ts';
import { fillTopic } from '../load/fill-topic.ts';
import type { Consumed, Work } from '../processes/consumer.ts';
import type { HandwrittenProgram } from '../processes/handwritten-consumer.ts';
import { createDatabase } from '../servers/database.ts';
import { countMessages, createTopic } from '../servers/topic.ts';
import type { BenchContext, Kind } from './kind.ts';

/** How many messages a second go through inbox and handlers, and what would the same handlers reach without an inbox? */
export const consume: Kind = { defaultRows: 100_000, usesClient: false, measure };

/** Both programs are compiled by then: what follows is measured. */
const WARM_UP = 20_000;

const CONTENDERS = {
  empty: { who: 'consumer', work: 'empty', what: 'consumer, empty handler' },
  emptyByHand: { who: 'handwritten', work: 'empty', what: 'by hand, empty handler' },
  row: { who: 'consumer', work: 'row', what: 'consumer, a row a message' },
  rowByHand: { who: 'handwritten', work: 'row', what: 'by hand, a row a message' },
  rows: { who: 'consumer', work: 'rows', what: 'consumer, a row a message, in batches' },
} as const satisfies Record<string, { who: 'consumer' | 'handwritten'; work: Work; what: string }>;
type Name = keyof typeof CONTENDERS;
const NAMES = Object.keys(CONTENDERS) as Name[];

interface Sample {
  readonly perS: number;
  /** Of the consuming process. */
  readonly cpuUsEach: number;
}

async function measure(context: BenchContext): Promise<Finding> {
  const { servers, options, progress, signal } = context;
  const { brokers } = servers;
  const { rows, rounds } = options;
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createDatabase(servers));
  const { pool } = database;
  await createAccounts(pool);
  const processes = {
    consumer: stack.use(context.startConsumer()),
    handwritten: stack.use(
      startProcess<HandwrittenProgram>(new URL('../processes/handwritten-consumer.ts', import.meta.url), { signal }),
    ),
  };

  /** Every round reads the same messages from their beginning, in a group of its own. */
  async function topicOf(count: number): Promise<string> {
    const topic = stack.use(await createTopic(servers));
    await fillTopic({ brokers, client: options.publisher, topic: topic.name, count, signal });
    const there = await countMessages(brokers, topic.name);
    if (there !== count) throw new Error(`${count} messages were sent, ${there} are there`);
    return topic.name;
  }

  async function sample(name: Name, topic: string, count: number): Promise<Sample> {
    const { who, work } = CONTENDERS[name];
    await pool.query('TRUNCATE outbox.inbox');
    await pool.query('CHECKPOINT');
    const process: { ask(method: 'consume', args: object): Promise<Consumed> } = processes[who];
    const { ms, cpuMs } = await process.ask('consume', { databaseUrl: database.url, brokers, topic, count, work });
    const counted = await takeCounted(pool);
    const expected = work === 'empty' ? 0 : count;
    if (counted !== expected) throw new Error(`${name}: ${expected} rows were to be updated, ${counted} were`);
    return { perS: (count * 1_000) / ms, cpuUsEach: (cpuMs * 1_000) / count };
  }

  await progress.step('warm up', async () => {
    const count = Math.min(WARM_UP, rows);
    const topic = await topicOf(count);
    for (const name of NAMES) await sample(name, topic, count);
  });
  const topic = await progress.step(`${rows} messages`, () => topicOf(rows));
  const contender = (name: Name) => (n: number) =>
    progress.step(`round ${n + 1} of ${rounds}: ${CONTENDERS[name].what}`, () => sample(name, topic, rows));
  const samples = await alternate<Name, Sample>(rounds, {
    empty: contender('empty'),
    emptyByHand: contender('emptyByHand'),
    row: contender('row'),
    rowByHand: contender('rowByHand'),
    rows: contender('rows'),
  });
  const { maxRssMb } = await processes.consumer.ask('usage', null);
  const rate = (name: Name) =>
    figure(
      samples[name].map(({ perS }) => perS),
      'higher',
    );
  const cpu = (name: Name) =>
    figure(
      samples[name].map(({ cpuUsEach }) => cpuUsEach),
      'lower',
    );
  const [empty, row] = [rate('empty').median, rate('row').median];
  const ratio = row / rate('rowByHand').median;
  return {
    figures: { emptyMsgPerS: round(empty), rowMsgPerS: round(row), ratioToHandwritten: round(ratio, 3) },
    targets: [
      { what: 'messages a second with an empty handler', value: empty, atLeast: 20_000 },
      { what: 'messages a second with a row updated for each', value: row, atLeast: 5_000 },
    ],
    tables: [
      {
        head: ['messages a second', 'best', 'median', 'rounds'],
        rows: NAMES.map((name) => figureRow(CONTENDERS[name].what, rate(name))),
      },
      {
        head: ['CPU of the consuming process, µs a message', 'best', 'median', 'rounds'],
        rows: NAMES.map((name) => figureRow(CONTENDERS[name].what, cpu(name), 1)),
      },
    ],
    notes: [
      `${rows} messages a round, payload 214 bytes, 12 partitions, kafkajs, one process, 8 partitions at once. The data is parsed and checked by a zod schema on both sides.`,
      'Timed from the first call of a handler to the commit of the last message. The inbox is empty at the beginning of a round; a checkpoint of Postgres precedes it.',
      'By hand: a transaction for what a fetch brings of a partition, the offset committed to Kafka after it, no inbox. A kill in between doubles effects, which the consumer’s inbox prevents: the ratio is its price.',
      'The ratio is of the medians with a row a message: one UPDATE each, of 10,000 rows. In batches it is one UPDATE for each call.',
      `Most memory the consumer process had: ${round(maxRssMb)} MB.`,
    ],
  };
}
