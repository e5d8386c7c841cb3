import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelRef } from '@bezel/contracts';

/** The two doors pricing knocks at, over real HTTP: the identity provider's token endpoint and the shop's models. */
export interface ShopDouble extends AsyncDisposable {
  readonly url: string;
  readonly tokenUrl: string;
  /** How often each door was knocked at. */
  readonly asked: { tokens: number; models: number };
  /** Puts a model into the shop. */
  store(file: Uint8Array, fileName?: string): ModelRef;
  /** Does something else with the next requests for models. */
  instead(answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  /** The tokens given so far are refused from now on. */
  revoke(): void;
}

export const CLIENT = { clientId: 'service', clientSecret: 'a secret: with %' };

export async function startShopDouble({ expiresIn = 3_600 } = {}): Promise<ShopDouble> {
  const models = new Map<string, Uint8Array>();
  const asked = { tokens: 0, models: 0 };
  let valid = 0;
  let special: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

  const giveToken = (request: IncomingMessage, response: ServerResponse): void => {
    asked.tokens++;
    const [id, secret] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
      .toString()
      .split(':');
    if (id !== CLIENT.clientId || decodeURIComponent(secret ?? '') !== CLIENT.clientSecret) {
      response.writeHead(401).end('{"error":"invalid_client"}');
      return;
    }
    valid = asked.tokens;
    response.end(JSON.stringify({ access_token: `token-${valid}`, token_type: 'Bearer', expires_in: expiresIn }));
  };
  const giveModel = (request: IncomingMessage, response: ServerResponse): void => {
    asked.models++;
    if (request.headers.authorization !== `Bearer token-${valid}`) {
      response.writeHead(401).end('{"code":"unauthenticated"}');
      return;
    }
    if (special !== undefined) {
      special(request, response);
      return;
    }
    const file = models.get(request.url?.split('/').at(-1) ?? '');
    if (file === undefined) {
      response.writeHead(404).end('{"code":"model_not_found"}');
      return;
    }
    response.end(file);
  };

  const server = createServer((request, response) =>
    request.url === '/token' ? giveToken(request, response) : giveModel(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    tokenUrl: `${url}/token`,
    asked,
    store(file, fileName = 'model.stl') {
      const sha256 = createHash('sha256').update(file).digest('hex');
      models.set(sha256, file);
      return { sha256, fileName, bytes: file.byteLength };
    },
    instead(answer) {
      special = answer;
    },
    revoke() {
      valid = -1;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
