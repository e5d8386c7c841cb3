import { env, kafkaEnv, readEnv, serviceConfig, serviceEnv } from '@bezel/service';

/** The CRM's roles; `webhooks` joins with the partners' webhooks. */
export const ROLES = ['migrate', 'api', 'relay', 'consumer'] as const;

const read = readEnv(process.env, { ROLES: env.roles(ROLES), ...serviceEnv, ...kafkaEnv });

/** The CRM's configuration; the only reader of the environment in this app. */
export const config = { ...serviceConfig(read), brokers: read.KAFKA_BROKERS, kafkaClient: read.BEZEL_KAFKA_CLIENT };
