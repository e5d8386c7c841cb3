import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CHECKOUT } from '@bezel/local/bench';
import type { System } from '../system/system.ts';

/** One look at all orders, by a process of its own. */
export interface Audited {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** The most memory the process held, in MB. */
  readonly peakMb: number;
  readonly orders: number;
}

const ORDERCTL = join(CHECKOUT, 'packages/ledger/src/cli/main.ts');
const ONE_PASS = join(CHECKOUT, 'packages/ledger/src/testing/one-pass.ts');

/** Tells on its way out how much memory the process held at most, in KiB. */
const TELLS_PEAK = `data:text/javascript,process.on('exit',()=>console.error('peak '+process.resourceUsage().maxRSS))`;

/** Runs `orderctl audit` as operators do. @throws Error when an order is not accounted for */
export async function runOrderctl({ stack }: System, signal: AbortSignal): Promise<Audited> {
  const { databases, servers, payloadKeys } = stack.context;
  return run([ORDERCTL, 'audit', '--json'], signal, {
    ...{
      SHOP_AUDIT_URL: databases.shop.auditUrl,
      MES_AUDIT_URL: databases.mes.auditUrl,
      CRM_AUDIT_URL: databases.crm.auditUrl,
    },
    KAFKA_BROKERS: servers.kafka.brokers.join(','),
    ...{ TEMPORAL_ADDRESS: servers.temporal.address, TEMPORAL_NAMESPACE: servers.temporal.namespace },
    TEMPORAL_PAYLOAD_KEYS: payloadKeys,
  });
}

/** Lets a reconciler make one pass without rests. @throws Error when it suspects an order */
export async function runPass({ stack }: System, signal: AbortSignal): Promise<Audited> {
  const { databases, servers, payloadKeys } = stack.context;
  const audited = {
    postgres: { shop: databases.shop.auditUrl, mes: databases.mes.auditUrl, crm: databases.crm.auditUrl },
    kafka: servers.kafka.brokers,
    temporal: { ...servers.temporal, payloadKeys },
  };
  return run([ONE_PASS], signal, { AUDITED: JSON.stringify(audited) });
}

async function run(
  args: readonly string[],
  signal: AbortSignal,
  environment: Readonly<Record<string, string>>,
): Promise<Audited> {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--conditions=@bezel/source', '--disable-warning=TimeoutNegativeWarning', '--import', TELLS_PEAK, ...args],
    { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], signal },
  );
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - began) / 1_000;
  if (code !== 0) {
    throw new Error(`${args.join(' ')} ended with ${code}: ${said.out.slice(0, 2_000)}${said.err.slice(-2_000)}`);
  }
  const { orders } = JSON.parse(said.out) as { orders: number };
  const peakKib = Number(/^peak (\d+)$/m.exec(said.err)?.[1]);
  return { seconds, peakMb: (peakKib * 1_024) / 1e6, orders };
}
