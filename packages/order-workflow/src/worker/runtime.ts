import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';

/** Where Temporal's own log lines go. */
export type TemporalLog = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * Sets up Temporal's runtime of this process: its log lines go to `log` (its own from INFO up, those of its native core
 * from WARN up), and signals such as SIGTERM are left to the process. Call it once, before the first connection or worker.
 *
 * @example
 * installTemporalRuntime((level, message, fields) => logger[level.toLowerCase()](fields, message));
 */
export function installTemporalRuntime(log: TemporalLog): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => log(level, message, meta ?? {})),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    shutdownSignals: [],
  });
}
