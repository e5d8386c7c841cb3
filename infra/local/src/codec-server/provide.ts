import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AppContext, entryOf, NODE_ARGUMENTS } from '../stack/apps/app-units.ts';
import { CHECKOUT, logFile } from '../stack/places.ts';
import { processUnit } from '../supervisor/process-unit.ts';
import type { Unit } from '../supervisor/unit.ts';
import { createCertificate, isFresh, type OwnCertificate } from './certificate.ts';

/** What the codec server is told of the stack it is in. It has no database, no Kafka and no Temporal. */
export type CodecContext = Pick<AppContext, 'places' | 'identity' | 'payloadKeys'>;

/** The codec server of a stack, for Temporal's web UI. */
export interface CodecServer {
  readonly port: number;
  readonly managementPort: number;
  /** Origin of the web UI. */
  readonly uiOrigin: string;
}

export const codecUrl = ({ port }: CodecServer): string => `https://127.0.0.1:${port}`;

/** The role `codec` of shop-api as a supervised process, on 127.0.0.1 only, with a certificate of the stack's own. */
export function codecUnit(server: CodecServer, { places, identity, payloadKeys }: CodecContext): Unit {
  const name = 'shop-codec';
  const folder = join(places.state, 'codec-server');
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  keepCertificate(folder, files);
  const management = `http://127.0.0.1:${server.managementPort}`;
  const { PATH, HOME, OTEL_EXPORTER_OTLP_ENDPOINT } = process.env;
  return processUnit({
    name,
    roles: ['codec'],
    urls: { codec: codecUrl(server), management },
    logFile: logFile(places, name),
    command: {
      file: process.execPath,
      args: [...NODE_ARGUMENTS, entryOf('shop-api')],
      env: {
        ...{ PATH, HOME, OTEL_EXPORTER_OTLP_ENDPOINT, NODE_ENV: 'production' },
        ROLES: 'codec',
        SERVICE_INSTANCE: name,
        METRICS_PORT: String(server.managementPort),
        AUTH_ISSUER: identity.issuer,
        AUTH_JWKS_URL: identity.jwks,
        AUTH_AUDIENCE: identity.audience,
        TEMPORAL_PAYLOAD_KEYS: payloadKeys,
        CODEC_HTTP_PORT: String(server.port),
        CODEC_ORIGINS: server.uiOrigin,
        CODEC_TLS_KEY_FILE: files.key,
        CODEC_TLS_CERT_FILE: files.cert,
      },
      cwd: CHECKOUT,
    },
    async probe() {
      const response = await fetch(`${management}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) throw new Error(`${management}/health/ready answers ${response.status}`);
    },
  });
}

/** The same from start to start: a browser that was told to trust it need not be told again. */
function keepCertificate(folder: string, files: Record<keyof OwnCertificate, string>): void {
  const now = new Date();
  try {
    if (isFresh(readFileSync(files.cert, 'utf8'), now)) return;
  } catch {
    // None yet, or none that can be read.
  }
  mkdirSync(folder, { recursive: true });
  const made = createCertificate(now);
  for (const part of ['key', 'cert'] as const) writeFileSync(files[part], made[part], { mode: 0o600 });
}
