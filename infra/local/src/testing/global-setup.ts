import { createProgress } from '../servers/progress.ts';
import { type RunningTestServers, startTestServers } from '../test-run/test-servers.ts';
import { TEST_SERVER_VARIABLES } from './servers/servers.ts';

declare global {
  /** Servers that a plain `jest` provided for itself, for its teardown. */
  var bezelTestServers: RunningTestServers | undefined;
}

/**
 * Jest's global setup of the integration and end-to-end projects. `npm test` hands its servers over; a plain `jest`
 * gets servers of its own, which end with it.
 */
export default async function globalSetup(): Promise<void> {
  const given = Object.values(TEST_SERVER_VARIABLES).every((name) => (process.env[name] ?? '') !== '');
  if (given || globalThis.bezelTestServers !== undefined) {
    return;
  }
  const servers = await startTestServers(createProgress(console.error), new AbortController().signal);
  globalThis.bezelTestServers = servers;
  Object.assign(process.env, servers.env);
}
