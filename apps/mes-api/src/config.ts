import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readPayloadKeys } from '@bezel/order-workflow/codec';
import { ConfigInvalidError, env, kafkaEnv, readEnv, serviceConfig, serviceEnv, temporalEnv } from '@bezel/service';
import { z } from 'zod';

/** The roles a process of the MES can have. */
export const ROLES = ['migrate', 'api', 'relay', 'consumer', 'worker', 'pricing'] as const;

const shape = {
  ROLES: env.roles(ROLES),
  ...serviceEnv,
  ...kafkaEnv,
  ...temporalEnv,
  /** Encrypt what Temporal keeps of an order; without any it is in clear text. */
  TEMPORAL_PAYLOAD_KEYS: env.parsedBy(readPayloadKeys).optional(),
  /** Connections of the board's doors at most; the other roles know what they need. */
  DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(200).default(10),
  // The role pricing: where models come from, and as whom it asks for them.
  SHOP_URL: env.url.optional(),
  AUTH_TOKEN_URL: env.url.optional(),
  AUTH_CLIENT_ID: z.string().min(1).optional(),
  AUTH_CLIENT_SECRET: z.string().min(1).optional(),
  /** The role pricing reads its price lists here. Default: `price-lists` beside the migrations. */
  PRICE_LIST_FOLDER: z
    .string()
    .min(1)
    .transform((path) => pathToFileURL(`${path}${sep}`))
    .optional(),
  /** Models measured at a time; each may take a core and up to a gigabyte for a model of 50 MB. */
  PRICING_THREADS: z.coerce.number().int().min(1).max(64).default(1),
};

/**
 * The configuration of a process of the MES, from its environment. Nothing else in the MES reads the environment.
 *
 * @throws ConfigInvalidError naming every bad variable
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const read = readEnv(variables, shape);
  const pricing = {
    shopUrl: read.SHOP_URL ?? '',
    tokenUrl: read.AUTH_TOKEN_URL ?? '',
    clientId: read.AUTH_CLIENT_ID ?? '',
    clientSecret: read.AUTH_CLIENT_SECRET ?? '',
    threads: read.PRICING_THREADS,
    priceListFolder: read.PRICE_LIST_FOLDER,
  };
  const missing = PRICING_VARIABLES.filter((name) => read[name] === undefined);
  if (read.ROLES.includes('pricing') && missing.length > 0) {
    const lines = missing.map((name) => `  ${name}: the role pricing wants it`);
    throw new ConfigInvalidError(`the environment is not complete:\n${lines.join('\n')}`);
  }
  return {
    ...serviceConfig(read),
    poolMax: read.DATABASE_POOL_MAX,
    kafka: { brokers: read.KAFKA_BROKERS, client: read.BEZEL_KAFKA_CLIENT },
    temporal: {
      address: read.TEMPORAL_ADDRESS,
      namespace: read.TEMPORAL_NAMESPACE,
      payloadKeys: read.TEMPORAL_PAYLOAD_KEYS ?? [],
    },
    pricing,
  };
}

const PRICING_VARIABLES = ['SHOP_URL', 'AUTH_TOKEN_URL', 'AUTH_CLIENT_ID', 'AUTH_CLIENT_SECRET'] as const;

export type Config = ReturnType<typeof readConfig>;
