import { env, kafkaEnv, readEnv, serviceConfig, serviceEnv } from '@bezel/service';

/** The roles a process of the CRM can have. */
export const ROLES = ['migrate', 'api', 'relay', 'consumer'] as const;

const shape = { ROLES: env.roles(ROLES), ...serviceEnv, ...kafkaEnv };

/**
 * The configuration of a process of the CRM, from its environment. Nothing else in the CRM reads the environment.
 *
 * @throws ConfigInvalidError naming every bad variable
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const read = readEnv(variables, shape);
  return { ...serviceConfig(read), kafka: { brokers: read.KAFKA_BROKERS, client: read.BEZEL_KAFKA_CLIENT } };
}
