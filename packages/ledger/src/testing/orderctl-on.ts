import { run } from '../cli/run.ts';
import type { Surroundings } from '../cli/surroundings.ts';
import type { Stage } from './stage.ts';

/** What a run of `orderctl` finds around it. */
export interface RunAround {
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly topics?: Surroundings['topics'];
}

/** Runs `orderctl` as a terminal would, and answers what came of the command line. */
export async function runOrderctl(
  line: string,
  { env = {}, signal = new AbortController().signal, topics }: RunAround = {},
) {
  const said = { out: '', err: '' };
  const code = await run(line.split(' '), {
    out: {
      write(text: string, done = () => {}) {
        said.out += text;
        done();
      },
    },
    err: { write: (text: string) => (said.err += text) },
    env,
    checkout: '/nowhere',
    ...(topics === undefined ? {} : { topics }),
    signal,
  });
  return { code, ...said };
}

/** Runs `orderctl` on a stage. */
export const orderctlOn = (
  { stack: { postgres, kafka, temporal, topics } }: Stage,
  line: string,
  { env = {}, ...around }: Omit<RunAround, 'topics'> = {},
) =>
  runOrderctl(line, {
    ...around,
    ...(topics === undefined ? {} : { topics }),
    env: {
      ...{ SHOP_AUDIT_URL: postgres.shop, MES_AUDIT_URL: postgres.mes, CRM_AUDIT_URL: postgres.crm },
      ...{ KAFKA_BROKERS: kafka.join(','), TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace },
      ...{ TEMPORAL_PAYLOAD_KEYS: temporal.payloadKeys, ...env },
    },
  });
