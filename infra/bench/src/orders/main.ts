import { createProgress, endedEarly, sayWithSeconds, untilToldToEnd, VERSIONS } from '@bezel/local/bench';
import { provenanceOf, record, sectionBody, verdictOf } from '@bezel/local/measuring';
import { openSystem } from '../system/system.ts';
import { readOptions } from './command-line.ts';
import { measure } from './measure.ts';

const args = process.argv.slice(2);
const options = readOptions(args);
const say = sayWithSeconds();
const signal = untilToldToEnd();
const RESULTS = new URL('../../RESULTS.md', import.meta.url);

try {
  const figures = await bench();
  if (options.json) console.log(JSON.stringify(figures));
} catch (error) {
  endedEarly(error, signal, say);
}

async function bench() {
  process.env['BEZEL_TEMPORAL'] = options.temporal;
  const progress = createProgress(say);
  await using system = await openSystem(progress, signal);
  const { rows } = await system.shop.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const temporal = {
    server: `Temporal server ${VERSIONS.temporalServer} on Postgres`,
    dev: `Temporal’s development server, CLI ${VERSIONS.temporal}`,
  };
  const provenance = await provenanceOf({
    sources: ['packages', 'apps'],
    servers: [
      `Postgres ${String(rows[0]?.version).split(' ')[0]}`,
      `Kafka ${VERSIONS.kafka}`,
      temporal[options.temporal],
    ],
    packages: ['@temporalio/worker', '@temporalio/client'],
  });
  const finding = await measure(system, options, { progress, signal });
  for (const target of finding.targets) say(verdictOf(target));
  if (options.results) {
    await record(
      { name: 'orders', body: sectionBody(finding, provenance, `npm run bench -- ${args.join(' ')}`) },
      RESULTS,
    );
    say('infra/bench/RESULTS.md: orders');
  }
  return finding.figures;
}
