/** `npm run bench`: see command-line.ts, or run it with --help. */
import {
  CHECKOUT,
  createProgress,
  endedEarly,
  type Progress,
  run,
  sayWithSeconds,
  untilToldToEnd,
} from '@bezel/local/bench';
import {
  type Finding,
  latestProfile,
  record,
  sectionBody,
  startProcess,
  topSelfTimes,
  verdictOf,
} from '@bezel/local/measuring';
import { type BenchOptions, readOptions } from './command-line.ts';
import type { BenchContext } from './kinds/kind.ts';
import { KINDS } from './kinds/kinds.ts';
import type { ConsumerProgram } from './processes/consumer.ts';
import type { RelayProgram } from './processes/relay.ts';
import { provenanceOn } from './results/provenance.ts';
import { provideBenchServers } from './servers/servers.ts';

const args = process.argv.slice(2);
const options = readOptions(args);
const say = sayWithSeconds();
const signal = untilToldToEnd();

try {
  const figures = await bench(options, createProgress(say));
  if (options.json) console.log(JSON.stringify(figures));
} catch (error) {
  endedEarly(error, signal, say);
}

async function bench(options: BenchOptions, progress: Progress): Promise<Finding['figures']> {
  const kind = KINDS[options.kind];
  await progress.step('build', () => buildPackage(signal));
  await using servers = await provideBenchServers(progress, signal);
  const provenance = await provenanceOn(servers);
  const { profile } = options;
  const nodeOptions = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const profiled = { signal, nodeOptions };
  const context: BenchContext = {
    servers,
    options: { ...options, rows: options.rows ?? kind.defaultRows, rounds: options.rounds ?? kind.defaultRounds ?? 5 },
    progress,
    signal,
    startRelay: (more = []) =>
      startProcess<RelayProgram>(new URL('./processes/relay.ts', import.meta.url), {
        signal,
        nodeOptions: [...nodeOptions, ...more],
      }),
    startConsumer: () => startProcess<ConsumerProgram>(new URL('./processes/consumer.ts', import.meta.url), profiled),
  };
  const finding = await kind.measure(context);
  for (const target of finding.targets) say(verdictOf(target));
  if (profile !== undefined) {
    say('the process of relay or consumer was busy with, itself:');
    for (const { name, percent } of topSelfTimes(await latestProfile(profile), 15)) {
      say(`${percent.toFixed(1).padStart(5)} % ${name}`);
    }
  }
  if (options.results) {
    const name = kind.usesClient ? `${options.kind}, ${options.publisher}` : options.kind;
    const body = sectionBody(finding, provenance, `npm run bench -- ${args.join(' ')}`);
    await record({ name, body }, new URL('RESULTS.md', import.meta.url));
    say(`packages/outbox/bench/RESULTS.md: ${name}`);
  }
  return finding.figures;
}

/** What is measured is what would be published, not what Node makes of the sources as it loads them. */
async function buildPackage(ending: AbortSignal): Promise<void> {
  const tsc = `${CHECKOUT}/node_modules/typescript/bin/tsc`;
  await run(process.execPath, [tsc, '-b', `${CHECKOUT}/packages/outbox/tsconfig.lib.json`], { signal: ending });
}
