import './global-setup.ts';

/** Jest's global teardown: ends the servers that its setup provided, if it did. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.bezelTestServers?.stop();
  globalThis.bezelTestServers = undefined;
}
