import { alternate, type Finding, figure, figureRow, round, startProcess } from '@bezel/local/measuring';
import { installPeer } from '../peers/install.ts';
import { countMessages, createTopic } from '../servers/topic.ts';
import { CONTENDERS, type Contender } from '../spike/contenders.ts';
import { NATIVE_CLIENT } from '../spike/native-producer.ts';
import type { SpikeProgram } from '../spike/process.ts';
import type { BenchContext, Kind } from './kind.ts';

/** Both sides are compiled by then: what follows is measured. */
const WARM_UP = 100_000;

/** How fast could Node send, if not through the JavaScript clients? See docs/adr/0006. */
export const spike: Kind = { defaultRows: 400_000, usesClient: false, measure };

interface Sample {
  readonly perS: number;
  readonly cpuUs: number;
  readonly mainCpuUs: number;
}

async function measure({ servers, options, progress, signal }: BenchContext): Promise<Finding> {
  const { brokers } = servers;
  const { rows, rounds } = options;
  await using stack = new AsyncDisposableStack();
  const nativeFolder = options.peers ? await installPeer(NATIVE_CLIENT, progress, signal) : undefined;
  const names = (Object.keys(CONTENDERS) as Contender[]).filter((name) => name !== 'native' || options.peers);
  const source = { signal, nodeOptions: ['--conditions=@bezel/source'] };
  const contenders = names.map((name) => ({
    name,
    what: CONTENDERS[name].what,
    process: stack.use(startProcess<SpikeProgram>(new URL('../spike/process.ts', import.meta.url), source)),
  }));

  async function send({ name, process }: (typeof contenders)[number], count: number): Promise<Sample> {
    await using topic = await createTopic(servers);
    const target = { contender: name, brokers, topic: topic.name, count, nativeFolder };
    const { ms, cpuMs, mainCpuMs } = await process.ask('send', target);
    const arrived = await countMessages(brokers, topic.name);
    if (arrived !== count) throw new Error(`${name}: ${count} messages were sent, ${arrived} arrived`);
    const each = 1_000 / count;
    return { perS: (count * 1_000) / ms, cpuUs: cpuMs * each, mainCpuUs: mainCpuMs * each };
  }

  await progress.step('warm up', async () => {
    for (const contender of contenders) await send(contender, Math.min(WARM_UP, rows));
  });
  const samples = await alternate<string, Sample>(
    rounds,
    Object.fromEntries(
      contenders.map((contender) => [
        contender.name,
        (n) => progress.step(`round ${n + 1} of ${rounds}: ${contender.what}`, () => send(contender, rows)),
      ]),
    ),
  );
  const found = contenders.map(({ name, what }) => {
    const ofName = samples[name] ?? [];
    return {
      ...{ name, what },
      rate: figure(
        ofName.map(({ perS }) => perS),
        'higher',
      ),
      cpu: figure(
        ofName.map(({ cpuUs }) => cpuUs),
        'lower',
      ),
      mainCpu: figure(
        ofName.map(({ mainCpuUs }) => mainCpuUs),
        'lower',
      ),
    };
  });
  const limit = found.find(({ name }) => name === options.publisher)?.rate.median ?? Number.NaN;
  return {
    figures: Object.fromEntries(
      found.map(({ name, rate, cpu, mainCpu }) => [
        name,
        {
          msgPerS: round(rate.median),
          ratio: round(rate.median / limit, 2),
          cpuUs: round(cpu.median, 1),
          mainCpuUs: round(mainCpu.median, 1),
        },
      ]),
    ),
    targets: [],
    tables: [
      {
        head: ['messages a second', 'best', 'median', 'rounds'],
        rows: found.map(({ what, rate }) => figureRow(what, rate)),
      },
      {
        head: ['CPU of the process, µs a message', 'best', 'median', 'rounds'],
        rows: found.map(({ what, cpu }) => figureRow(what, cpu, 1)),
      },
      {
        head: ['CPU of its main thread, µs a message', 'best', 'median', 'rounds'],
        rows: found.map(({ what, mainCpu }) => figureRow(what, mainCpu, 1)),
      },
    ],
    notes: [
      `${rows} messages a round in batches of 2,000, payload 214 bytes and seven headers, 12 partitions, acks all; one batch in flight where nothing else is said.`,
      'The clients are idempotent, own batches are not: a spike, see docs/adr/0006-going-past-the-javascript-client.md.',
      `The ratios of the figures are to raw ${options.publisher}.`,
      ...(options.peers ? [`${NATIVE_CLIENT.name} ${NATIVE_CLIENT.version}, linger 0.`] : []),
    ],
  };
}
