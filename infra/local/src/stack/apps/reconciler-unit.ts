import { processUnit } from '../../supervisor/process-unit.ts';
import type { Unit } from '../../supervisor/unit.ts';
import { CHECKOUT, COMPILED, logFile } from '../places.ts';
import type { ClientCredentials } from '../state/stack-file.ts';
import { type AppContext, entryOf, NODE_ARGUMENTS } from './app-units.ts';

/**
 * What a reconciler is told of its stack: it has the auditor's logins, which may read views and nothing else, and asks for repairs as an
 * administrator.
 */
export const reconcilerEnvironment = (
  { servers, databases, identity, payloadKeys, doors }: AppContext,
  administrator: ClientCredentials,
): Record<string, string> => ({
  SHOP_AUDIT_URL: databases.shop.auditUrl,
  MES_AUDIT_URL: databases.mes.auditUrl,
  CRM_AUDIT_URL: databases.crm.auditUrl,
  KAFKA_BROKERS: servers.kafka.brokers.join(','),
  TEMPORAL_ADDRESS: servers.temporal.address,
  TEMPORAL_NAMESPACE: servers.temporal.namespace,
  TEMPORAL_PAYLOAD_KEYS: payloadKeys,
  SHOP_URL: `http://127.0.0.1:${doors.shop}`,
  REPAIR_TOKEN_URL: identity.token,
  REPAIR_CLIENT_ID: administrator.clientId,
  REPAIR_CLIENT_SECRET: administrator.clientSecret,
});

/** The reconciler of a stack. Ready when it looks, or stands by for another one that does. */
export async function reconcilerUnit(context: AppContext, administrator: ClientCredentials): Promise<Unit> {
  const { places, ports } = context;
  const name = 'reconciler';
  const port = await ports.remembered(`${name} management`);
  const management = `http://127.0.0.1:${port}`;
  const { PATH, HOME, OTEL_EXPORTER_OTLP_ENDPOINT } = process.env;
  return processUnit({
    name,
    roles: [name],
    urls: { management },
    logFile: logFile(places, name),
    command: {
      file: process.execPath,
      args: [...NODE_ARGUMENTS, entryOf(name)],
      env: {
        ...{ PATH, HOME, OTEL_EXPORTER_OTLP_ENDPOINT, NODE_ENV: 'production', NODE_COMPILE_CACHE: COMPILED },
        SERVICE_INSTANCE: name,
        METRICS_PORT: String(port),
        ...reconcilerEnvironment(context, administrator),
      },
      cwd: CHECKOUT,
    },
    async probe() {
      const response = await fetch(`${management}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok)
        throw new Error(`${management}/health/ready answers ${response.status}: ${await response.text()}`);
    },
  });
}
