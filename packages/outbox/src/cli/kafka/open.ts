import { ConnectionError } from '../failure.ts';
import type { Given, OptionSpec } from '../options/parse.ts';
import { UsageError } from '../options/usage-error.ts';
import { readPem } from '../tls/read-pem.ts';
import type { KafkaAccess, KafkaSettings } from './access.ts';

const CLIENTS = ['kafkajs', 'platformatic'] as const;
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

export const KAFKA_OPTIONS: readonly OptionSpec[] = [
  { name: 'brokers', value: 'host:port,…', help: 'where Kafka is; else KAFKA_BROKERS' },
  { name: 'client', value: 'name', help: `${CLIENTS.join(' or ')}; else the one that is installed` },
  {
    name: 'tls',
    help: 'connect to Kafka by TLS; the environment says more of it, and of the login (docs/operating.md)',
  },
];

/** Kafka as the options and the environment name it; undefined when they name no brokers. @throws UsageError */
export async function openKafka(given: Given, env: NodeJS.ProcessEnv): Promise<KafkaAccess | undefined> {
  const brokers = brokersOf(given.text('brokers') ?? env['KAFKA_BROKERS'] ?? '');
  const wanted = given.oneOf('client', CLIENTS);
  if (brokers.length === 0) {
    return undefined;
  }
  const settings: KafkaSettings = { brokers, tls: tlsOf(given, env), sasl: loginOf(env) };
  for (const client of wanted === undefined ? CLIENTS : [wanted]) {
    try {
      return named(brokers, await ACCESS[client](settings));
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  throw new UsageError(
    `${wanted ?? CLIENTS.join(' or ')} is not installed here: npm install kafkajs, or npm install @platformatic/kafka`,
  );
}

/** A client is loaded when it is used, and only that one. */
const ACCESS: Readonly<Record<(typeof CLIENTS)[number], (settings: KafkaSettings) => Promise<KafkaAccess>>> = {
  kafkajs: async (settings) => (await import('./kafkajs.ts')).kafkajsAccess(settings),
  platformatic: async (settings) => (await import('./platformatic.ts')).platformaticAccess(settings),
};

/** What fails says which brokers it is about, and why: clients put the reason deep into what they throw. */
function named(brokers: readonly string[], { topics, subscriber }: KafkaAccess): KafkaAccess {
  const asking = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw new ConnectionError(`Kafka at ${brokers.join(',')}`, rootOf(error));
    }
  };
  return {
    subscriber,
    topics: {
      describe: (wanted) => asking(topics.describe(wanted)),
      offsets: (wanted) => asking(topics.offsets(wanted)),
    },
  };
}

function rootOf(error: unknown): unknown {
  const { errors, cause } = error as { errors?: readonly unknown[]; cause?: unknown };
  const inner = errors?.[0] ?? cause;
  return typeof inner === 'object' && inner !== null ? rootOf(inner) : error;
}

function brokersOf(text: string): string[] {
  const brokers = text
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  for (const broker of brokers) {
    const [, port] = /^(?:[^\s:]+|\[[^\s\]]+\]):(\d{1,5})$/.exec(broker) ?? [];
    if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
      throw new UsageError(`--brokers, or KAFKA_BROKERS, are host:port with commas between; got "${broker}"`);
    }
  }
  return brokers;
}

/** An authority or a certificate that is named asks for TLS as well. */
function tlsOf(given: Given, env: NodeJS.ProcessEnv): KafkaSettings['tls'] {
  const files = { ca: env['KAFKA_TLS_CA'], cert: env['KAFKA_TLS_CERT'], key: env['KAFKA_TLS_KEY'] };
  const pems = Object.entries(files).flatMap(([name, path]) =>
    path === undefined || path === '' ? [] : [[name, readPem(path, `KAFKA_TLS_${name.toUpperCase()}`)]],
  );
  const wanted = given.flag('tls') || pems.length > 0 || switchedOn('KAFKA_TLS', env);
  return wanted ? Object.fromEntries(pems) : undefined;
}

function switchedOn(name: string, env: NodeJS.ProcessEnv): boolean {
  const text = env[name] ?? '';
  if (!['', '0', '1', 'true', 'false'].includes(text)) {
    throw new UsageError(`${name} must be true or false; got "${text}"`);
  }
  return text === '1' || text === 'true';
}

function loginOf(env: NodeJS.ProcessEnv): KafkaSettings['sasl'] {
  const mechanism = env['KAFKA_SASL_MECHANISM'];
  if (mechanism === undefined || mechanism === '') {
    return undefined;
  }
  const known = MECHANISMS.find((name) => name === mechanism.toUpperCase());
  const [username, password] = [env['KAFKA_USERNAME'], env['KAFKA_PASSWORD']];
  if (known === undefined || username === undefined || password === undefined) {
    throw new UsageError(
      `KAFKA_SASL_MECHANISM must be one of ${MECHANISMS.join(', ')}, and KAFKA_USERNAME and KAFKA_PASSWORD be set`,
    );
  }
  return { mechanism: known, username, password };
}
