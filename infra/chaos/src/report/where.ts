import { VERSIONS } from '@bezel/local/bench';
import { provenanceOf } from '@bezel/local/measuring';
import type { System } from '../system/system.ts';

/** When, what and where was run. */
export interface Where {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
}

/** What it ran on: the servers, as their versions are known. */
export async function serversOf({ stack, databases }: Pick<System, 'stack' | 'databases'>): Promise<string> {
  const { rows } = await databases.shop.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  const own = (unit: string, what: string): string =>
    stack.units().some(({ name }) => name === unit) ? what : `a ${unit} that was there`;
  return [
    `Postgres ${rows[0]?.version.split(' ')[0]}`,
    own('kafka', `Kafka ${VERSIONS.kafka}`),
    own(
      'temporal',
      process.env['BEZEL_TEMPORAL'] === 'server'
        ? `Temporal server ${VERSIONS.temporalServer}`
        : `Temporal’s development server, CLI ${VERSIONS.temporal}`,
    ),
  ].join(', ');
}

/** Ask before the run, which is a load of its own, and during which somebody may commit. */
export async function where(): Promise<Where> {
  const { date, commit, machine } = await provenanceOf({
    sources: ['packages', 'apps', 'infra/chaos/src', 'infra/demo/src', 'infra/local/src'],
    ...{ servers: [], packages: [] },
  });
  return { date: date ?? '', commit: commit ?? '', machine: machine ?? '' };
}
