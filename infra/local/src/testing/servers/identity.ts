import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An issuer of one test's own: a JWKS over HTTP and tokens signed with its key. */
export interface TestIdentity extends AsyncDisposable {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  token(claims: {
    sub: string;
    roles: readonly string[];
    tenant: string;
    expiresIn?: string;
    audience?: string;
    issuer?: string;
  }): Promise<string>;
}

export async function createIdentity(): Promise<TestIdentity> {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose');
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const audience = 'bezel';
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    audience,
    token: (claims) =>
      new SignJWT({ roles: claims.roles, tenant: claims.tenant })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setSubject(claims.sub)
        .setIssuer(claims.issuer ?? issuer)
        .setAudience(claims.audience ?? audience)
        .setIssuedAt()
        .setExpirationTime(claims.expiresIn ?? '1h')
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
