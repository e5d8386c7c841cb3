import { NAMESPACE } from '@bezel/order-workflow';
import { APPS, type App } from '../../account/hops.ts';
import type { AuditedStack } from '../../audit-stack.ts';
import type { Given } from '../options/parse.ts';
import type { Surroundings } from '../surroundings.ts';
import { environmentNames, optionNamesOne } from './named.ts';
import { ServersUnknownError } from './servers-errors.ts';
import { readStackFile, type StackFile } from './stack-file.ts';

/** The servers of one system. */
export interface Servers {
  readonly stack: AuditedStack;
  /** The stack file, where every server is the one that it says; only then the rest of it is of the same system. */
  readonly file: StackFile | null;
}

const DATABASES: Readonly<Record<App, string>> = {
  shop: 'SHOP_AUDIT_URL',
  mes: 'MES_AUDIT_URL',
  crm: 'CRM_AUDIT_URL',
};

/**
 * Where the servers are: all by the environment or all by the stack file, and before either what an option says of one of them. The
 * stack file is read only when the environment does not name them. No message repeats a URL: it may hold a password.
 *
 * @throws ServersUnknownError, ServersMixedError
 */
export function serversOf(
  given: Given,
  { env, checkout, topics }: Pick<Surroundings, 'env' | 'checkout' | 'topics'>,
): Servers {
  const file = environmentNames(given, env) ? null : readStackFile(given, { env, checkout });
  const { postgres, kafka, temporal } = file === null ? inEnvironment(env) : file.servers;
  for (const app of APPS) {
    if (!/^postgres(ql)?:\/\//.test(postgres.audit[app]) || !URL.canParse(postgres.audit[app])) {
      throw new ServersUnknownError(
        `${DATABASES[app]} is not a Postgres URL (postgres://login:password@host:port/database)`,
      );
    }
  }
  return {
    stack: {
      postgres: postgres.audit,
      kafka: given.text('kafka') === undefined ? kafka.brokers : brokersIn(given.text('kafka')),
      temporal: {
        ...temporal,
        address: given.text('temporal') ?? temporal.address,
        namespace: given.text('namespace') ?? temporal.namespace,
      },
      ...(topics === undefined ? {} : { topics }),
    },
    file: optionNamesOne(given) ? null : file,
  };
}

/** The same of the environment as of a stack file. What an option says instead may be missing. */
const inEnvironment = (env: NodeJS.ProcessEnv) => ({
  postgres: {
    audit: { shop: env[DATABASES.shop] ?? '', mes: env[DATABASES.mes] ?? '', crm: env[DATABASES.crm] ?? '' },
  },
  kafka: { brokers: brokersIn(env['KAFKA_BROKERS']) },
  temporal: {
    address: env['TEMPORAL_ADDRESS'] ?? '',
    namespace: env['TEMPORAL_NAMESPACE'] || NAMESPACE,
    ...(env['TEMPORAL_PAYLOAD_KEYS'] ? { payloadKeys: env['TEMPORAL_PAYLOAD_KEYS'] } : {}),
  },
});

const brokersIn = (text = ''): string[] => text.split(',').map((broker) => broker.trim());
