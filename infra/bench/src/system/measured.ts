import {
  createProgress,
  endedEarly,
  type Progress,
  sayWithSeconds,
  untilToldToEnd,
  VERSIONS,
} from '@bezel/local/bench';
import { type Finding, provenanceOf, record, sectionBody, verdictOf } from '@bezel/local/measuring';
import { openSystem, type System } from './system.ts';

/** A kind of measurement of the whole system. */
export interface Kind {
  /** Its section of RESULTS.md. */
  readonly name: string;
  /** Which Temporal it runs on. */
  readonly temporal: 'server' | 'dev';
  /** Packages whose versions matter. */
  readonly packages: readonly string[];
  readonly options: { readonly json: boolean; readonly results: boolean };
  measure(system: System, run: { readonly progress: Progress; readonly signal: AbortSignal }): Promise<Finding>;
}

const RESULTS = new URL('../../RESULTS.md', import.meta.url);
const TEMPORAL = {
  server: `Temporal server ${VERSIONS.temporalServer} on Postgres`,
  dev: `Temporal’s development server, CLI ${VERSIONS.temporal}`,
};

/** Measures one kind on a system of its own, says how it came out, and writes RESULTS.md and the JSON if they are wanted. */
export async function measured(kind: Kind, args: readonly string[]): Promise<void> {
  const say = sayWithSeconds();
  const signal = untilToldToEnd();
  try {
    const figures = await figuresOf(kind, args, { say, signal });
    if (kind.options.json) console.log(JSON.stringify(figures));
  } catch (error) {
    endedEarly(error, signal, say);
  }
}

async function figuresOf(
  { name, temporal, packages, options, measure }: Kind,
  args: readonly string[],
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<Finding['figures']> {
  process.env['BEZEL_TEMPORAL'] = temporal;
  const progress = createProgress(say);
  await using system = await openSystem(progress, signal);
  const { rows } = await system.shop.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const provenance = await provenanceOf({
    sources: ['packages', 'apps'],
    servers: [`Postgres ${String(rows[0]?.version).split(' ')[0]}`, `Kafka ${VERSIONS.kafka}`, TEMPORAL[temporal]],
    packages: [...packages],
  });
  const finding = await measure(system, { progress, signal });
  for (const target of finding.targets) say(verdictOf(target));
  if (options.results) {
    await record({ name, body: sectionBody(finding, provenance, `npm run bench -- ${args.join(' ')}`) }, RESULTS);
    say(`infra/bench/RESULTS.md: ${name}`);
  }
  return finding.figures;
}
