import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { startNotes } from '../../examples/notes/notes.ts';

let notes: Awaited<ReturnType<typeof startNotes>>;
beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes[Symbol.asyncDispose]());

describe('/', () => {
  test('lists every operation with who may call it, in text that cannot become markup', async () => {
    const { status, text, headers } = await request(notes.http).get('/');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ${notes.identity.issuer}`);
    expect(text).toMatch(/POST<\/span><span class="path">\/v1\/notes\/\{id\}\/touch/);
    expect(text).toMatch(/operator, admin/);
    expect(text).toContain('Notes &amp; &lt;more&gt;');
  });

  test('uses nothing from elsewhere, and what it uses is there', async () => {
    const { text } = await request(notes.http).get('/');
    const assets = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(assets).toEqual(['page.css', 'page.js', 'openapi.json']);
    for (const asset of assets) {
      expect((await request(notes.http).get(`/${asset}`)).status).toBe(200);
    }
  });
});

describe('/openapi.json', () => {
  test('is OpenAPI 3.1 of every route, without a token', async () => {
    const { status, body } = await request(notes.http).get('/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/v1/notes', '/v1/notes/{id}', '/v1/notes/{id}/touch', '/v1/open/hello']),
    );
  });

  test('names each operation once', async () => {
    const { body } = await request(notes.http).get('/openapi.json');
    const ids = Object.values<object>(body.paths).flatMap((item) =>
      Object.values<{ operationId: string }>(item as never).map(({ operationId }) => operationId),
    );
    expect(ids).toContain('Notes_add');
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('shows schemas as JSON Schema, roles, path parameters, the idempotency key and the problem', async () => {
    const { body } = await request(notes.http).get('/openapi.json');
    const add = body.paths['/v1/notes'].post;
    expect(add.requestBody.content['application/json'].schema).toMatchObject({
      type: 'object',
      properties: { text: { type: 'string', minLength: 1 } },
      required: ['text'],
    });
    expect(add.parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'Idempotency-Key' }));
    const list = body.paths['/v1/notes'].get;
    expect(list['x-roles']).toEqual(['operator', 'admin']);
    expect(list.parameters).toContainEqual(expect.objectContaining({ in: 'query', name: 'cursor' }));
    expect(list.responses['200'].content['application/json'].schema.properties.nextCursor).toEqual({
      type: ['string', 'null'],
    });
    expect(list.responses['200'].description).toBe('OK');
    const one = body.paths['/v1/notes/{id}'].get;
    expect(one.parameters).toContainEqual(expect.objectContaining({ in: 'path', name: 'id', required: true }));
    expect(one.responses.default.content['application/problem+json'].schema.$ref).toBe('#/components/schemas/Problem');
    expect(body.components.schemas.Problem.required).toContain('code');
    expect(body.paths['/v1/open/hello'].get.security).toEqual([{}]);
  });
});
