// The identity provider's process. IDENTITY is JSON: { port, keysFile, clientSecrets, webServers, origins }.
import { createServer } from 'node:http';
import { openKeys } from './keys.ts';
import { createProvider } from './provider.ts';
import { handleSignIn } from './sign-in.ts';
import type { IdentityProcessOptions } from './unit.ts';

const options = JSON.parse(process.env['IDENTITY'] ?? '{}') as IdentityProcessOptions;
const issuer = `http://127.0.0.1:${options.port}`;
const provider = createProvider({ ...options, issuer, keys: await openKeys(options.keysFile) });
provider.on('server_error', (_context, error) => console.error(error));
const oidc = provider.callback();

const server = createServer((request, response) => {
  handleSignIn(provider, request, response)
    .then((handled) => (handled ? undefined : oidc(request, response)))
    .catch((error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    });
});
server.listen(options.port, '127.0.0.1', () => console.log(`identity provider at ${issuer}`));

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
