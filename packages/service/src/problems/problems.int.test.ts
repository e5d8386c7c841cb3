import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { startNotes } from '../../examples/notes/notes.ts';

let notes: Awaited<ReturnType<typeof startNotes>>;
beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes[Symbol.asyncDispose]());

/** Every error answer must be a complete problem document. */
function expectProblem(response: request.Response, status: number, code: string) {
  expect({ status: response.status, body: response.body }).toMatchObject({ status, body: { status, code } });
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(response.body).toMatchObject({ type: `urn:bezel:problem:${code}`, title: expect.any(String) });
  expect(response.body.traceId).toMatch(/^[0-9a-f]{32}$/);
}

describe('bad requests are problems, never a 500', () => {
  test('malformed JSON', async () => {
    const response = await request(notes.http)
      .post('/v1/notes')
      .set('authorization', await notes.bearer([]))
      .set('content-type', 'application/json')
      .send('{"text": ');
    expectProblem(response, 400, 'malformed_json');
  });

  test('a body larger than the limit', async () => {
    const response = await request(notes.http)
      .post('/v1/notes')
      .set('authorization', await notes.bearer([]))
      .send({ text: 'x'.repeat(20_000) });
    expectProblem(response, 413, 'body_too_large');
  });

  test('a body that does not fit the schema names each place', async () => {
    const response = await request(notes.http)
      .post('/v1/notes')
      .set('authorization', await notes.bearer([]))
      .send({ text: '', tags: ['a', 7] });
    expectProblem(response, 400, 'invalid_request');
    expect(response.body.errors.map(({ path }: { path: string }) => path)).toEqual(['text', 'tags.1']);
  });

  test('no body at all', async () => {
    const response = await request(notes.http)
      .post('/v1/notes')
      .set('authorization', await notes.bearer([]));
    expectProblem(response, 400, 'invalid_request');
  });

  test('another content type', async () => {
    const response = await request(notes.http)
      .post('/v1/notes')
      .set('authorization', await notes.bearer([]))
      .set('content-type', 'text/xml')
      .send('<note/>');
    expectProblem(response, 415, 'unsupported_media_type');
  });

  test('a path nobody knows, and a known path with another method', async () => {
    expectProblem(await request(notes.http).get('/v1/nothing'), 404, 'route_not_found');
    const response = await request(notes.http).delete('/v1/notes');
    expectProblem(response, 405, 'method_not_allowed');
    expect(response.headers['allow']).toBe('GET, HEAD, POST');
    const head = await request(notes.http).head('/v1/notes/7/touch');
    expect({ status: head.status, allow: head.headers['allow'] }).toEqual({ status: 405, allow: 'POST' });
  });

  test('a parameter that does not fit its schema is named', async () => {
    const response = await request(notes.http).get('/v1/open/teapot/x');
    expectProblem(response, 400, 'invalid_request');
    expect(response.body.errors).toMatchObject([{ path: 'code' }]);
  });

  test('an id that is no UUID, a broken percent sign, an unknown cursor, a limit out of bounds', async () => {
    const authorization = await notes.bearer(['admin']);
    const get = (path: string) => request(notes.http).get(path).set('authorization', authorization);
    expectProblem(await get('/v1/notes/7'), 400, 'invalid_request');
    expectProblem(await get('/v1/notes/%FF'), 400, 'invalid_request');
    expectProblem(await get('/v1/notes?cursor=WzFd'), 400, 'invalid_cursor');
    expectProblem(await get('/v1/notes?cursor=%00%01'), 400, 'invalid_cursor');
    expectProblem(await get('/v1/notes?limit=0'), 400, 'invalid_request');
    expectProblem(await get('/v1/notes?limit=201'), 400, 'invalid_request');
  });

  test('text that Postgres cannot store', async () => {
    const response = await request(notes.http)
      .post('/v1/notes')
      .set('authorization', await notes.bearer([]))
      .send({ text: 'a\u0000b' });
    expectProblem(response, 400, 'invalid_request');
  });
});

describe('our own faults', () => {
  test('an unexpected error is a 500 without internals', async () => {
    const response = await request(notes.http).get('/v1/open/boom');
    expectProblem(response, 500, 'internal');
    expect(JSON.stringify(response.body)).not.toMatch(/secret|postgres|password/);
  });

  test('Postgres away is a 503 with Retry-After', async () => {
    await using cut = await startNotes({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
    const response = await request(cut.http).get('/v1/open/slow');
    expectProblem(response, 503, 'database_unavailable');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  });
});
