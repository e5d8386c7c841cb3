import { readPayloadKeys } from '@bezel/order-workflow/codec';
import { ConfigInvalidError, env, kafkaEnv, readEnv, serviceEnv, temporalEnv } from '@bezel/service';
import { z } from 'zod';

const { SERVICE_INSTANCE, HTTP_HOST, METRICS_PORT, LOG_LEVEL, OTEL_EXPORTER_OTLP_ENDPOINT } = serviceEnv;

const shape = {
  ...{ SERVICE_INSTANCE, HTTP_HOST, METRICS_PORT, LOG_LEVEL, OTEL_EXPORTER_OTLP_ENDPOINT },
  ...{ KAFKA_BROKERS: kafkaEnv.KAFKA_BROKERS, ...temporalEnv },
  /** Logins that are members of `bezel_audit`; they need no right to write. */
  SHOP_AUDIT_URL: env.postgresUrl,
  MES_AUDIT_URL: env.postgresUrl,
  CRM_AUDIT_URL: env.postgresUrl,
  /** Every key that the workflow of an order it reads was encrypted with. */
  TEMPORAL_PAYLOAD_KEYS: env.parsedBy(payloadKeys).optional(),
  /** The door at which repairs are asked for, and as whom. All or none: without them it only reports. */
  SHOP_URL: env.url.optional(),
  REPAIR_TOKEN_URL: env.url.optional(),
  REPAIR_CLIENT_ID: z.string().min(1).optional(),
  REPAIR_CLIENT_SECRET: z.string().min(1).optional(),
};

/**
 * The configuration of a reconciler, from its environment. Nothing else in it reads the environment.
 *
 * @throws ConfigInvalidError naming every bad variable
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const read = readEnv(variables, shape);
  return {
    roles: ['reconciler'],
    instance: read.SERVICE_INSTANCE,
    logLevel: read.LOG_LEVEL,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT,
    host: read.HTTP_HOST,
    metricsPort: read.METRICS_PORT,
    stack: {
      postgres: { shop: read.SHOP_AUDIT_URL, mes: read.MES_AUDIT_URL, crm: read.CRM_AUDIT_URL },
      kafka: read.KAFKA_BROKERS,
      temporal: {
        address: read.TEMPORAL_ADDRESS,
        namespace: read.TEMPORAL_NAMESPACE,
        ...(read.TEMPORAL_PAYLOAD_KEYS === undefined ? {} : { payloadKeys: read.TEMPORAL_PAYLOAD_KEYS }),
      },
    },
    door: doorIn(read),
  };
}

export type Config = ReturnType<typeof readConfig>;

function doorIn(read: z.output<z.ZodObject<typeof shape>>) {
  const {
    SHOP_URL: shopUrl,
    REPAIR_TOKEN_URL: tokenUrl,
    REPAIR_CLIENT_ID: clientId,
    REPAIR_CLIENT_SECRET: clientSecret,
  } = read;
  const all = [shopUrl, tokenUrl, clientId, clientSecret];
  if (all.every((one) => one === undefined)) return undefined;
  if (!shopUrl || !tokenUrl || !clientId || !clientSecret) {
    const names = 'SHOP_URL, REPAIR_TOKEN_URL, REPAIR_CLIENT_ID, REPAIR_CLIENT_SECRET';
    throw new ConfigInvalidError(`the environment is not complete:\n  ${names}: one is no use without the others`);
  }
  return { shopUrl, tokenUrl, clientId, clientSecret };
}

/** As they are, once they can be read. */
function payloadKeys(text: string): string {
  readPayloadKeys(text);
  return text;
}
