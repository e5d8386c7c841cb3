import { log, setLogIdentity, startTracing } from '../telemetry/index.ts';
import { type Closable, createLifeCycle } from './life-cycle.ts';
import { openManagement } from './management.ts';
import type { Role } from './role.ts';
import { untilHealthy } from './until-healthy.ts';

/** What {@link startService} reads of an app's configuration. */
export interface ServiceConfig {
  /** Which of the roles this process runs. */
  readonly roles: readonly string[];
  readonly instance?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly otlpEndpoint?: string | undefined;
  /** Address of the management port; 127.0.0.1 unless told. */
  readonly host?: string | undefined;
  readonly metricsPort: number;
}

/** A service as its `main.ts` describes it. */
export interface ServiceOptions {
  readonly name: string;
  readonly config: ServiceConfig;
  /** From the outer door inwards: they stop in this order and start in the opposite one. Only chosen ones are made. */
  readonly roles: Readonly<Record<string, () => Role>>;
  /** Closed after the last role stopped: pools. */
  readonly resources?: readonly Closable[];
}

/** After this the process ends whatever is still running: a supervisor kills after 10 s. */
const STOP_DEADLINE_MS = 9_000;

/**
 * Runs the chosen roles of a service until SIGTERM or SIGINT, then stops them in order and exits 0. A role that fails
 * for good, a role this release does not have, or any uncaught error, is logged and ends the process with 1. Resolves
 * when every role works.
 */
export async function startService({ name, config, roles, resources = [] }: ServiceOptions): Promise<void> {
  setLogIdentity({ service: name, instance: config.instance, level: config.logLevel });
  const tracing = startTracing({ service: name, instance: config.instance, otlpEndpoint: config.otlpEndpoint });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error');
    process.exit(1);
  });

  const missing = config.roles.filter((role) => !Object.hasOwn(roles, role));
  if (missing.length > 0) {
    log.fatal({ 'bezel.roles': missing }, `this release of ${name} does not have the roles ${missing.join(', ')}`);
    process.exit(1);
  }
  const chosen = Object.entries(roles).filter(([role]) => config.roles.includes(role));
  const life = createLifeCycle(
    chosen.map(([role, make]) => ({ name: role, role: make() })),
    resources,
  );
  const management = await openManagement(life, config.host ?? '127.0.0.1', config.metricsPort);

  let ending: Promise<never> | undefined;
  const end = (exitCode: number): Promise<never> => {
    ending ??= (async () => {
      setTimeout(() => {
        log.fatal(`not stopped after ${STOP_DEADLINE_MS} ms`);
        process.exit(1);
      }, STOP_DEADLINE_MS).unref();
      await life.stop();
      await management.close();
      await tracing.stop();
      log.info({ 'event.action': 'stopped' }, `${name} stopped`);
      process.exit(exitCode);
    })();
    return ending;
  };
  const fatal = (error: unknown): void => {
    log.fatal({ err: error }, 'a role failed for good');
    void end(1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ 'event.action': 'stopping' }, `${signal}: stopping`);
      void end(0);
    });
  }

  try {
    await life.start(fatal);
  } catch (error) {
    log.fatal({ err: error }, 'the service could not start');
    return end(1);
  }
  if (life.roles.length === 0) {
    return end(0);
  }
  if (!(await untilHealthy(life))) {
    return;
  }
  const running = life.roles.map((role) => role.name);
  log.info(
    { 'event.action': 'ready', 'bezel.roles': running, 'bezel.management': management.url },
    `${name} ready: ${running.join(', ')}`,
  );
}
