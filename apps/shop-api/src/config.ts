import { readPayloadKeys } from '@bezel/order-workflow/codec';
import { env, kafkaEnv, readEnv, serviceConfig, serviceEnv, temporalEnv } from '@bezel/service';
import { z } from 'zod';
import { CONTRACT_TIMES, readStageTimes } from './orchestrator/stage-times.ts';

/** The roles a process of the shop can have. */
export const ROLES = ['migrate', 'api', 'partner', 'relay', 'consumer', 'worker'] as const;

const shape = {
  ROLES: env.roles(ROLES),
  ...serviceEnv,
  ...kafkaEnv,
  ...temporalEnv,
  /** Encrypt what Temporal keeps of an order; without any it is in clear text. */
  TEMPORAL_PAYLOAD_KEYS: env.parsedBy(readPayloadKeys).optional(),
  /** Where people find Temporal's web UI: operators are shown a link to the workflow of an order. */
  TEMPORAL_UI_URL: env.url.optional(),
  PARTNER_HTTP_PORT: env.port.default(3002),
  /** Connections of each door at most. */
  DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(200).default(10),
  PARTNER_DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(200).default(5),
  /** Requests each door works on at a time at most; one more is answered 503 with Retry-After. */
  HTTP_MAX_IN_FLIGHT: z.coerce.number().int().min(1).default(200),
  PARTNER_HTTP_MAX_IN_FLIGHT: z.coerce.number().int().min(1).default(50),
  COURIER_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'expected whsec_ and at least 24 bytes in base64'),
  /** Where the times of stages differ from the stage contract's, for everybody or for one partner. */
  STAGE_TIMES: env.parsedBy(readStageTimes).optional(),
  OFFER_VALID_FOR: env.duration.pipe(z.number().min(1_000)).default(7 * 24 * 60 * 60_000),
};

/**
 * The configuration of a process of the shop, from its environment. Nothing else in the shop reads the environment.
 *
 * @throws ConfigInvalidError naming every bad variable
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const read = readEnv(variables, shape);
  return {
    ...serviceConfig(read),
    partnerPort: read.PARTNER_HTTP_PORT,
    poolMax: read.DATABASE_POOL_MAX,
    partnerPoolMax: read.PARTNER_DATABASE_POOL_MAX,
    maxInFlight: read.HTTP_MAX_IN_FLIGHT,
    partnerMaxInFlight: read.PARTNER_HTTP_MAX_IN_FLIGHT,
    kafka: { brokers: read.KAFKA_BROKERS, client: read.BEZEL_KAFKA_CLIENT },
    temporal: {
      address: read.TEMPORAL_ADDRESS,
      namespace: read.TEMPORAL_NAMESPACE,
      uiUrl: read.TEMPORAL_UI_URL ?? null,
      payloadKeys: read.TEMPORAL_PAYLOAD_KEYS ?? [],
    },
    courierWebhookSecret: read.COURIER_WEBHOOK_SECRET,
    offerValidForMs: read.OFFER_VALID_FOR,
    stageTimes: read.STAGE_TIMES ?? CONTRACT_TIMES,
  };
}

export type Config = ReturnType<typeof readConfig>;
