import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
export async function createIdentity() {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
    const server = createServer((_request, response) => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const audience = 'bezel';
    return {
        issuer,
        jwksUrl: `${issuer}/jwks`,
        audience,
        token: (claims) => new SignJWT({ roles: claims.roles, tenant: claims.tenant })
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
//# sourceMappingURL=identity.js.map