import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { CHECKOUT, run } from '@bezel/local/bench';
import { asSuperuser } from '../servers/database.ts';
import type { BenchServers } from '../servers/servers.ts';

/** Where figures come from: name and value of everything that matters. */
export type Provenance = Readonly<Record<string, string>>;

const CLIENTS = ['kafkajs', '@platformatic/kafka', 'pg'];

/** Asked before the measurement: the load is what others do on the machine. */
export async function provenanceOf(servers: BenchServers): Promise<Provenance> {
  const [first] = cpus();
  const clients = await Promise.all(CLIENTS.map(async (name) => `${name} ${await versionOf(name)}`));
  const load = loadavg()[0]?.toFixed(1) ?? '';
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    commit: await commit(),
    machine: `${cpus().length} × ${first?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}; load before: ${load}`,
    versions: `Node ${process.version.slice(1)}, Postgres ${await postgresVersion(servers)}, ${servers.kafka}, ${clients.join(', ')}`,
  };
}

async function commit(): Promise<string> {
  try {
    const hash = (await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: CHECKOUT })).trim();
    const changes = await run('git', ['status', '--porcelain', '--', 'packages/outbox/src'], { cwd: CHECKOUT });
    return changes.trim() === '' ? hash : `${hash}, with changes in packages/outbox/src`;
  } catch {
    return 'unknown';
  }
}

const postgresVersion = ({ postgresUrl }: BenchServers): Promise<string> =>
  asSuperuser(postgresUrl, async (client) => {
    const { rows } = await client.query('SHOW server_version');
    return String(rows[0].server_version).split(' ')[0] ?? '';
  });

/** Not every package lets its package.json be imported: found beside its entry point instead. */
async function versionOf(name: string): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length);
  return (JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as { version: string }).version;
}
