import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import request from 'supertest';
import { startNotes } from '../../examples/notes/notes.ts';

let notes: Awaited<ReturnType<typeof startNotes>>;
beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes[Symbol.asyncDispose]());

const claims = { sub: 'ann', roles: ['admin'], tenant: 'acme' };
const list = (authorization?: string) => {
  const call = request(notes.http).get('/v1/notes');
  return authorization === undefined ? call : call.set('authorization', authorization);
};

describe('who gets in', () => {
  test('a public route needs no token', async () => {
    expect((await request(notes.http).get('/v1/open/hello')).body).toEqual({ hello: 'world' });
  });

  test('no token: 401 with a plain challenge', async () => {
    const response = await list();
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="bezel"');
  });

  test.each([
    ['not a bearer token', async () => 'Basic YTpi'],
    ['not a token', async () => 'Bearer abc'],
    ['expired', async () => `Bearer ${await notes.identity.token({ ...claims, expiresIn: '-1h' })}`],
    ['for another audience', async () => `Bearer ${await notes.identity.token({ ...claims, audience: 'console' })}`],
    [
      'of another issuer',
      async () => `Bearer ${await notes.identity.token({ ...claims, issuer: 'https://evil.example' })}`,
    ],
    ['without a tenant', async () => `Bearer ${await notes.identity.token({ ...claims, tenant: '' })}`],
    ['signed by a stranger', async () => `Bearer ${await strangersToken()}`],
    ['unsigned', async () => `Bearer ${unsignedToken()}`],
  ])('%s: 401 that says why', async (_what, authorization) => {
    const response = await list(await authorization());
    expect(response.body).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="bezel", error="invalid_token"/);
  });

  test('a token without one of the roles: 403', async () => {
    const response = await list(await notes.bearer(['customer']));
    expect(response.body).toMatchObject({ status: 403, code: 'forbidden' });
    expect(response.headers['www-authenticate']).toMatch(/insufficient_scope/);
    expect((await list(await notes.bearer(['customer', 'operator']))).status).toBe(200);
  });

  test('the keys cannot be had: 503, not 401 and not 500', async () => {
    await using cut = await startNotes({ jwksUrl: 'http://127.0.0.1:1/jwks' });
    const response = await request(cut.http)
      .get('/v1/notes')
      .set('authorization', await cut.bearer(['admin']));
    expect(response.body).toMatchObject({ status: 503, code: 'identity_unavailable' });
    expect(response.headers['retry-after']).toBeDefined();
  });

  test('the keys come with an error: 503', async () => {
    await using cut = await startNotes({ jwksUrl: `${notes.identity.issuer.replace('http:', 'https:')}/jwks` });
    const response = await request(cut.http)
      .get('/v1/notes')
      .set('authorization', await cut.bearer(['admin']));
    expect(response.status).toBe(503);
  });
});

describe('whose objects', () => {
  test("another tenant's object is not found; an admin sees it", async () => {
    const acme = await notes.bearer(['operator'], 'acme');
    const made = await request(notes.http).post('/v1/notes').set('authorization', acme).send({ text: 'mine' });
    const path = `/v1/notes/${made.body.id}`;
    const read = async (bearer: string) => (await request(notes.http).get(path).set('authorization', bearer)).body;
    expect(await read(acme)).toMatchObject({ text: 'mine' });
    expect(await read(await notes.bearer(['operator'], 'other'))).toMatchObject({
      status: 404,
      code: 'note_not_found',
    });
    expect(await read(await notes.bearer(['admin'], 'other'))).toMatchObject({ text: 'mine' });
    expect((await list(await notes.bearer(['operator'], 'other'))).body.items).toEqual([]);
  });
});

async function strangersToken(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT({ roles: ['admin'], tenant: 'acme' })
    .setProtectedHeader({ alg: 'ES256', kid: 'test' })
    .setSubject('mallory')
    .setIssuer(notes.identity.issuer)
    .setAudience(notes.identity.audience)
    .setExpirationTime('1h')
    .sign(privateKey);
}

function unsignedToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const { issuer: iss, audience: aud } = notes.identity;
  return `${part({ alg: 'none' })}.${part({ ...claims, iss, aud, exp })}.`;
}
