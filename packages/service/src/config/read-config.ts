import { z } from 'zod';

/** The environment does not fit: `message` names every bad variable, never a value. `code` is stable. */
export class ConfigInvalidError extends Error {
  override readonly name = 'ConfigInvalidError';
  readonly code = 'CONFIG_INVALID';
}

const port = z.coerce.number().int().min(0).max(65_535);

const commaList = z.string().transform((list) =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const isoOrMs = /^(?:(\d+)|P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)$/;

/** Schemas for the environment variables that several services read. */
export const env = {
  port,
  /** `a:1,b:2` → `['a:1', 'b:2']`. */
  commaList: commaList.pipe(z.array(z.string()).min(1)),
  url: z.url(),
  postgresUrl: z.url({ protocol: /^postgres(ql)?$/ }),
  /** A duration as milliseconds or ISO 8601 (`PT15M`, `P7D`) → milliseconds. */
  duration: z.string().transform((text, context) => {
    const [, ms, days, hours, minutes, seconds] = isoOrMs.exec(text) ?? [];
    if (ms !== undefined) {
      return Number(ms);
    }
    if ([days, hours, minutes, seconds].every((part) => part === undefined)) {
      context.addIssue({ code: 'custom', message: 'expected milliseconds or an ISO 8601 duration such as PT15M' });
      return z.NEVER;
    }
    return (
      Number(days ?? 0) * 86_400_000 +
      Number(hours ?? 0) * 3_600_000 +
      Number(minutes ?? 0) * 60_000 +
      Number(seconds ?? 0) * 1_000
    );
  }),
  /** What `parse` makes of the text. What it throws is told as the complaint: its message must not repeat a secret. */
  parsedBy: <Value>(parse: (text: string) => Value) =>
    z.string().transform((text, context) => {
      try {
        return parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    }),
  roles: <const Name extends string>(names: readonly [Name, ...Name[]]) =>
    commaList.pipe(z.array(z.enum(names)).min(1)),
} as const;

/** The variables every service reads, by their names in the environment. Spread into the app's own shape. */
export const serviceEnv = {
  SERVICE_INSTANCE: z.string().optional(),
  DATABASE_URL: env.postgresUrl,
  MIGRATION_DATABASE_URL: env.postgresUrl.optional(),
  AUTH_ISSUER: env.url,
  AUTH_JWKS_URL: env.url,
  AUTH_AUDIENCE: z.string().min(1).default('bezel'),
  HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  HTTP_PORT: port,
  METRICS_PORT: port,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: env.url.optional(),
};

/** The variables of services that speak Kafka. */
export const kafkaEnv = {
  KAFKA_BROKERS: env.commaList,
  BEZEL_KAFKA_CLIENT: z.enum(['kafkajs', 'platformatic']).default('kafkajs'),
};

/** The variables of services that speak Temporal. */
export const temporalEnv = {
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('bezel'),
};

/**
 * Reads and checks the environment; an empty variable counts as not set.
 *
 * @throws ConfigInvalidError naming every bad variable at once
 * @example
 * const read = readEnv(process.env, { ROLES: env.roles(['migrate', 'api']), ...serviceEnv, ...kafkaEnv });
 * export const config = { ...read.service, brokers: read.KAFKA_BROKERS };
 */
export function readEnv<Shape extends z.ZodRawShape>(
  variables: Readonly<Record<string, string | undefined>>,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = z.object(shape).safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return `  ${name}: ${set[name] === undefined ? 'is not set' : message}`;
    });
    throw new ConfigInvalidError(`the environment is not complete:\n${[...new Set(lines)].join('\n')}`);
  }
  return parsed.data;
}

/** The parts of the environment that `startService`, `httpRole` and `openDatabase` want, under their names there. */
export function serviceConfig<Role extends string>(
  read: z.output<z.ZodObject<typeof serviceEnv>> & { readonly ROLES: readonly Role[] },
) {
  if (read.ROLES.includes('migrate' as Role) && read.MIGRATION_DATABASE_URL === undefined) {
    throw new ConfigInvalidError(
      'the environment is not complete:\n  MIGRATION_DATABASE_URL: the role migrate wants it',
    );
  }
  return {
    roles: read.ROLES,
    instance: read.SERVICE_INSTANCE,
    logLevel: read.LOG_LEVEL,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT,
    host: read.HTTP_HOST,
    httpPort: read.HTTP_PORT,
    metricsPort: read.METRICS_PORT,
    databaseUrl: read.DATABASE_URL,
    /** The login of `databaseUrl`: whom the role migrate grants to. */
    databaseLogin: decodeURIComponent(new URL(read.DATABASE_URL).username),
    migrationDatabaseUrl: read.MIGRATION_DATABASE_URL ?? '',
    identity: { issuer: read.AUTH_ISSUER, jwksUrl: read.AUTH_JWKS_URL, audience: read.AUTH_AUDIENCE },
  };
}
