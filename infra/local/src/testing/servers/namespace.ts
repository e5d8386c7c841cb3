import { randomBytes } from 'node:crypto';
import { provideNamespace } from '../../servers/temporal/namespace.ts';
import { provideSearchAttributes } from '../../servers/temporal/search-attributes.ts';
import { testServers } from './servers.ts';

/**
 * Makes a namespace of one test file's own on the run's Temporal, with the orders' search attributes: what the server
 * counts there is that file's. It stays until the server ends.
 */
export async function createNamespace(): Promise<string> {
  const { temporalAddress } = testServers();
  // Letters and digits only: Prometheus' labels have no others.
  const name = `t${randomBytes(4).toString('hex')}`;
  await provideNamespace(temporalAddress, name);
  await provideSearchAttributes(temporalAddress, name);
  return name;
}
