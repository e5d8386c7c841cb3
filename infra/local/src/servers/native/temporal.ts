import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { processUnit } from '../../supervisor/process-unit.ts';
import type { Unit } from '../../supervisor/unit.ts';
import { probeTemporal } from '../probes.ts';
import { TEMPORAL_NAMESPACE } from '../server.ts';
import { DYNAMIC_SETTINGS } from './temporal-settings.ts';

export interface NativeTemporal {
  readonly program: string;
  /** SQLite file with all of Temporal's state. */
  readonly data: string;
  readonly port: number;
  readonly uiPort: number;
  readonly metricsPort: number;
  readonly logFile: string;
}

/** What both the native server and the container are started with. */
export const temporalArguments = (ip: string, port: number, uiPort: number, data: string): string[] => [
  ...['server', 'start-dev', '--ip', ip, '--port', String(port), '--ui-port', String(uiPort)],
  ...['--namespace', TEMPORAL_NAMESPACE, '--db-filename', data, '--log-level', 'warn'],
  ...Object.entries(DYNAMIC_SETTINGS).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
];

/** Temporal's development server with its web UI, on 127.0.0.1 only; it keeps its data through any end. */
export async function temporalUnit(server: NativeTemporal): Promise<Unit> {
  await mkdir(dirname(server.data), { recursive: true });
  const address = `127.0.0.1:${server.port}`;
  return processUnit({
    name: 'temporal',
    roles: ['server'],
    urls: { grpc: address, ui: `http://127.0.0.1:${server.uiPort}` },
    logFile: server.logFile,
    command: {
      file: server.program,
      args: [
        ...temporalArguments('127.0.0.1', server.port, server.uiPort, server.data),
        ...['--metrics-port', String(server.metricsPort)],
      ],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'] },
      cwd: dirname(server.data),
    },
    probe: () => probeTemporal(address, TEMPORAL_NAMESPACE),
    mayHang: true, // its SQLite driver may fail for good, and it does not end for that
  });
}
