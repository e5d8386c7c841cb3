import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NAMESPACE } from '@bezel/order-workflow';
import { z } from 'zod';
import type { App } from '../../account/hops.ts';
import type { AuditedStack } from '../../audit-stack.ts';
import type { WorkflowsPlace } from '../../sources/workflows.ts';
import type { Given } from '../options/parse.ts';
import type { Surroundings } from '../surroundings.ts';

/** It is not known where the servers are. */
export class ServersUnknownError extends Error {
  readonly code = 'servers_unknown';
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = 'ServersUnknownError';
  }
}

/** The part of `.bezel/stack.json` that is read here; `npm start` writes it and takes it away. */
const StackFile = z.object({
  urls: z.object({ shop: z.string() }),
  servers: z.object({
    postgres: z.object({ audit: z.object({ shop: z.string(), mes: z.string(), crm: z.string() }) }),
    kafka: z.object({ brokers: z.array(z.string()).min(1) }),
    temporal: z.object({ address: z.string(), namespace: z.string(), payloadKeys: z.string() }),
    identity: z.object({
      token: z.string(),
      clients: z.object({ admin: z.object({ clientId: z.string(), clientSecret: z.string() }) }),
    }),
  }),
});
export type StackFile = z.output<typeof StackFile>;

const DATABASES: Readonly<Record<App, string>> = {
  shop: 'SHOP_AUDIT_URL',
  mes: 'MES_AUDIT_URL',
  crm: 'CRM_AUDIT_URL',
};

/**
 * Where the servers are: what an option says, else the environment, else the stack file, which is read only when
 * something is left to be found. No message repeats a URL: it may hold a password.
 *
 * @throws ServersUnknownError
 */
export function serversOf(
  given: Given,
  { env, checkout, topics }: Pick<Surroundings, 'env' | 'checkout' | 'topics'>,
): AuditedStack {
  let read: StackFile['servers'] | undefined;
  const stack = (missing: string): StackFile['servers'] => {
    read ??= stackFile(given, { env, checkout }, missing).servers;
    return read;
  };
  const said = (option: string, variable: string): string | undefined =>
    given.text(option) ?? (env[variable] || undefined);
  const database = (app: App): string => {
    const variable = DATABASES[app];
    const url = env[variable] || stack(variable).postgres.audit[app];
    if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
      throw new ServersUnknownError(`${variable} is not a Postgres URL (postgres://login:password@host:port/database)`);
    }
    return url;
  };
  const brokers = said('kafka', 'KAFKA_BROKERS')?.split(',');
  return {
    postgres: { shop: database('shop'), mes: database('mes'), crm: database('crm') },
    kafka: brokers?.map((broker) => broker.trim()) ?? stack('KAFKA_BROKERS').kafka.brokers,
    temporal: temporal(said('temporal', 'TEMPORAL_ADDRESS')),
    ...(topics === undefined ? {} : { topics }),
  };

  function temporal(address: string | undefined): WorkflowsPlace {
    const own = address === undefined ? stack('TEMPORAL_ADDRESS').temporal : undefined;
    const payloadKeys = env['TEMPORAL_PAYLOAD_KEYS'] || own?.payloadKeys;
    return {
      address: address ?? own?.address ?? '',
      namespace: said('namespace', 'TEMPORAL_NAMESPACE') ?? own?.namespace ?? NAMESPACE,
      ...(payloadKeys === undefined ? {} : { payloadKeys }),
    };
  }
}

/**
 * The stack file of the `npm start` that runs here.
 *
 * @param missing what it is read for
 * @throws ServersUnknownError
 */
export function stackFile(
  given: Given,
  { env, checkout }: Pick<Surroundings, 'env' | 'checkout'>,
  missing: string,
): StackFile {
  const file = resolve(
    checkout,
    given.text('stack') ?? resolve(checkout, env['BEZEL_STATE'] ?? '.bezel', 'stack.json'),
  );
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ServersUnknownError(
      `no stack runs here (${file} is not there), and ${missing} is not set: start one with "npm start", or name the servers (--help)`,
    );
  }
  try {
    return StackFile.parse(JSON.parse(text));
  } catch {
    throw new ServersUnknownError(`${file} is not a stack file of this release`);
  }
}
