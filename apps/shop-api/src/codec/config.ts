import { readFileSync } from 'node:fs';
import { readPayloadKeys } from '@bezel/order-workflow/codec';
import { ConfigInvalidError, env, readEnv, serviceEnv } from '@bezel/service';
import { z } from 'zod';

const { SERVICE_INSTANCE, AUTH_ISSUER, AUTH_JWKS_URL, AUTH_AUDIENCE, METRICS_PORT, LOG_LEVEL } = serviceEnv;

const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'expected origins, such as https://ui.example',
  );

/** No database, no Kafka, no Temporal: who can read every order's payloads holds no other key. */
const shape = {
  ROLES: env.roles(['codec']),
  ...{ SERVICE_INSTANCE, AUTH_ISSUER, AUTH_JWKS_URL, AUTH_AUDIENCE, METRICS_PORT, LOG_LEVEL },
  HTTP_HOST: serviceEnv.HTTP_HOST,
  OTEL_EXPORTER_OTLP_ENDPOINT: serviceEnv.OTEL_EXPORTER_OTLP_ENDPOINT,
  TEMPORAL_PAYLOAD_KEYS: env.parsedBy(readPayloadKeys),
  /** A variable of its own: opening the doors to everybody (HTTP_HOST) does not open this. */
  CODEC_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  CODEC_HTTP_PORT: env.port.default(3005),
  /** Origins of the Temporal web UIs whose pages may ask; what is no browser sends none, and needs none here. */
  CODEC_ORIGINS: env.commaList.pipe(z.array(origin)).default([]),
  /** Files in PEM. The web UI gives its user's token to nothing but HTTPS. */
  CODEC_TLS_KEY_FILE: env.parsedBy(readText).optional(),
  CODEC_TLS_CERT_FILE: env.parsedBy(readText).optional(),
};

/** Whether these variables are those of a codec server. */
export const isCodecServer = ({ ROLES }: Readonly<Record<string, string | undefined>>): boolean =>
  /(^|,)\s*codec\s*(,|$)/.test(ROLES ?? '');

/**
 * The configuration of a codec server's process, from its environment. It runs the role `codec` and no other.
 *
 * @throws ConfigInvalidError naming every bad variable
 */
export function readCodecConfig(variables: Readonly<Record<string, string | undefined>>) {
  const read = readEnv(variables, shape);
  const { CODEC_TLS_KEY_FILE: key, CODEC_TLS_CERT_FILE: cert } = read;
  if ((key === undefined) !== (cert === undefined)) {
    throw new ConfigInvalidError('CODEC_TLS_KEY_FILE and CODEC_TLS_CERT_FILE: one is no use without the other');
  }
  return {
    roles: read.ROLES,
    instance: read.SERVICE_INSTANCE,
    logLevel: read.LOG_LEVEL,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT,
    host: read.HTTP_HOST,
    metricsPort: read.METRICS_PORT,
    identity: { issuer: read.AUTH_ISSUER, jwksUrl: read.AUTH_JWKS_URL, audience: read.AUTH_AUDIENCE },
    codec: {
      host: read.CODEC_HTTP_HOST,
      port: read.CODEC_HTTP_PORT,
      origins: read.CODEC_ORIGINS,
      payloadKeys: read.TEMPORAL_PAYLOAD_KEYS,
      tls: key === undefined || cert === undefined ? undefined : { key, cert },
    },
  };
}

export type CodecConfig = ReturnType<typeof readCodecConfig>;

function readText(file: string): string {
  return readFileSync(file, 'utf8');
}
