import { createHttpApp, type HttpAppOptions, type Listener, listen } from '../http/index.ts';
import { Idempotency } from '../idempotency/index.ts';
import type { Role } from '../service/index.ts';
import { log } from '../telemetry/index.ts';

/** An HTTP door of a service. */
export interface HttpRoleOptions extends HttpAppOptions {
  /** 127.0.0.1 unless told. */
  readonly host?: string | undefined;
  /** 0 takes a free one; the log line says which. */
  readonly port: number;
}

/** Expired idempotency keys are swept this often, by every process with a door; they share the work. */
const SWEEP_EVERY_MS = 10 * 60_000;

/** The role that answers HTTP: works while Postgres answers. */
export function httpRole(options: HttpRoleOptions): Role {
  let listener: Listener | undefined;
  let sweeping: NodeJS.Timeout | undefined;
  return {
    async start() {
      const app = await createHttpApp(options);
      listener = await listen(app, options.host ?? '127.0.0.1', options.port);
      const idempotency = app.get(Idempotency);
      sweeping = setInterval(() => {
        idempotency.sweep().catch((error: unknown) => log.warn({ err: error }, 'sweep of idempotency keys failed'));
      }, SWEEP_EVERY_MS);
      log.info({ 'url.full': listener.url }, `${options.name} listens on ${listener.url}`);
    },
    async stop() {
      clearInterval(sweeping);
      await listener?.close();
    },
    health: () => options.database.ping(),
  };
}
