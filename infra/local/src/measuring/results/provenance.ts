import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { run } from '../../download/run.ts';
import { CHECKOUT } from '../../stack/places.ts';

/** Where figures come from: name and value of everything that matters. */
export type Provenance = Readonly<Record<string, string>>;

export interface ProvenanceOptions {
  /** What is measured: changes in these folders that are not committed are told. */
  readonly sources: readonly string[];
  /** Name and version of the servers. */
  readonly servers: readonly string[];
  /** npm packages whose versions matter. */
  readonly packages: readonly string[];
}

/** Asked before the measurement: the load is what others do on the machine. */
export async function provenanceOf({ sources, servers, packages }: ProvenanceOptions): Promise<Provenance> {
  const [first] = cpus();
  const versions = await Promise.all(packages.map(async (name) => `${name} ${await versionOf(name)}`));
  const load = loadavg()[0]?.toFixed(1) ?? '';
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    commit: await commit(sources),
    machine: `${cpus().length} × ${first?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}; load before: ${load}`,
    versions: [`Node ${process.version.slice(1)}`, ...servers, ...versions].join(', '),
  };
}

async function commit(sources: readonly string[]): Promise<string> {
  try {
    const hash = (await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: CHECKOUT })).trim();
    const changed = [];
    for (const folder of sources) {
      const changes = await run('git', ['status', '--porcelain', '--', folder], { cwd: CHECKOUT });
      if (changes.trim() !== '') changed.push(folder);
    }
    return changed.length === 0 ? hash : `${hash}, with changes in ${changed.join(', ')}`;
  } catch {
    return 'unknown';
  }
}

/** Not every package lets its package.json be imported: found beside its entry point instead. */
async function versionOf(name: string): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length);
  return (JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as { version: string }).version;
}
