import { basename, dirname } from 'node:path';
import { processUnit } from '../../../supervisor/process-unit.ts';
import type { Unit } from '../../../supervisor/unit.ts';
import { probeTemporalServices } from '../../probes.ts';

interface ServerProcess {
  readonly program: string;
  readonly configuration: string;
  readonly address: string;
  readonly logFile: string;
}

/** The full server: all services in one process, without a login, on 127.0.0.1 only. Its data is in Postgres. */
export const temporalServerUnit = ({ program, configuration, address, logFile }: ServerProcess): Unit =>
  processUnit({
    name: 'temporal',
    roles: ['server'],
    urls: { grpc: address },
    logFile,
    command: {
      file: program,
      args: ['--config-file', configuration, '--allow-no-auth', 'start'],
      env: environment(),
      cwd: dirname(configuration),
    },
    probe: () => probeTemporalServices(address),
  });

/** The web UI of a full server, on 127.0.0.1 only. `configuration` is its file, which must be called `<name>.yaml`. */
export const temporalUiUnit = ({ program, configuration, address, logFile }: ServerProcess): Unit =>
  processUnit({
    name: 'temporal-ui',
    roles: ['server'],
    urls: { ui: address },
    logFile,
    command: {
      file: program,
      args: ['--root', dirname(configuration), '--config', '.', '--env', basename(configuration, '.yaml'), 'start'],
      env: environment(),
      cwd: dirname(configuration),
    },
    async probe() {
      const response = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) {
        throw new Error(`${address}/healthz answers ${response.status}`);
      }
    },
  });

const environment = (): Record<string, string | undefined> => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  TMPDIR: process.env['TMPDIR'],
});
