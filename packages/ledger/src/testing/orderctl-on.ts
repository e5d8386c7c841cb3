import { run } from '../cli/run.ts';
import type { Stage } from './stage.ts';

/** What a run of `orderctl` finds around it, beside the servers of a stage. */
export interface RunAround {
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Runs `orderctl` on a stage as a terminal would, and answers what came of the command line. */
export async function orderctlOn(
  { stack: { postgres, kafka, temporal, topics } }: Stage,
  line: string,
  { env = {}, signal = new AbortController().signal }: RunAround = {},
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
    env: {
      ...{ SHOP_AUDIT_URL: postgres.shop, MES_AUDIT_URL: postgres.mes, CRM_AUDIT_URL: postgres.crm },
      ...{ KAFKA_BROKERS: kafka.join(','), TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace },
      ...{ TEMPORAL_PAYLOAD_KEYS: temporal.payloadKeys, ...env },
    },
    checkout: '/nowhere',
    ...(topics === undefined ? {} : { topics }),
    signal,
  });
  return { code, ...said };
}
