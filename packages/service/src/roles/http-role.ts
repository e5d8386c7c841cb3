import { createHttpApp, type HttpAppOptions, type Listener, listen } from '../http/index.ts';
import type { Role } from '../service/index.ts';
import { log } from '../telemetry/index.ts';

/** An HTTP door of a service. */
export interface HttpRoleOptions extends HttpAppOptions {
  /** 127.0.0.1 unless told. */
  readonly host?: string | undefined;
  /** 0 takes a free one; the log line says which. */
  readonly port: number;
}

/** The role that answers HTTP: works while its database answers, if it has one. */
export function httpRole(options: HttpRoleOptions): Role {
  let listener: Listener | undefined;
  return {
    async start() {
      const app = await createHttpApp(options);
      listener = await listen(app, options.host ?? '127.0.0.1', options.port);
      log.info({ 'url.full': listener.url }, `${options.name} listens on ${listener.url}`);
    },
    async stop() {
      await listener?.close();
    },
    health: async () => options.database?.ping(),
  };
}
