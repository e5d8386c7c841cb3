import { type Provenance, provenanceOf } from '@bezel/local/measuring';
import { asSuperuser } from '../servers/database.ts';
import type { BenchServers } from '../servers/servers.ts';

/** Where the figures of a run on these servers come from. */
export const provenanceOn = async (servers: BenchServers): Promise<Provenance> =>
  provenanceOf({
    sources: ['packages/outbox/src'],
    servers: [`Postgres ${await postgresVersion(servers)}`, servers.kafka],
    packages: ['kafkajs', '@platformatic/kafka', 'pg'],
  });

const postgresVersion = ({ postgresUrl }: BenchServers): Promise<string> =>
  asSuperuser(postgresUrl, async (client) => {
    const { rows } = await client.query('SHOW server_version');
    return String(rows[0].server_version).split(' ')[0] ?? '';
  });
