import type { Given, OptionSpec } from '../options/parse.ts';
import { UsageError } from '../options/usage-error.ts';
import type { KafkaAccess, KafkaSettings } from './access.ts';

const CLIENTS = ['kafkajs', 'platformatic'] as const;
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

export const KAFKA_OPTIONS: readonly OptionSpec[] = [
  { name: 'brokers', value: 'host:port,…', help: 'where Kafka is; else KAFKA_BROKERS' },
  { name: 'client', value: 'name', help: `${CLIENTS.join(' or ')}; else the one that is installed` },
  { name: 'tls', help: 'connect by TLS; a login comes from KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD' },
];

/** Kafka as the options and the environment name it; undefined when they name no brokers. @throws UsageError */
export async function openKafka(given: Given, env: NodeJS.ProcessEnv): Promise<KafkaAccess | undefined> {
  const brokers = (given.text('brokers') ?? env['KAFKA_BROKERS'] ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  const wanted = given.oneOf('client', CLIENTS);
  if (brokers.length === 0) {
    return undefined;
  }
  const settings: KafkaSettings = { brokers, tls: given.flag('tls'), sasl: loginOf(env) };
  for (const client of wanted === undefined ? CLIENTS : [wanted]) {
    try {
      return await ACCESS[client](settings);
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
