import { testServers } from './servers.ts';

/** Jest's global setup of the integration and end-to-end projects: the servers must have been handed over. */
export default function globalSetup(): void {
  testServers();
}
