import { randomUUID } from 'node:crypto';
import { enableFailpoint } from '@bezel/outbox/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import request from 'supertest';
import { startNotes } from '../../examples/notes/notes.ts';
import { SERVICE_FAILPOINTS } from '../failpoints/index.ts';
import { expiredAnswers } from './expired-answers.ts';
import { KEY_LIFETIME_HOURS } from './idempotency.ts';

let notes: Awaited<ReturnType<typeof startNotes>>;
let authorization: string;
beforeAll(async () => {
  notes = await startNotes();
  authorization = await notes.bearer(['operator']);
});
afterAll(() => notes[Symbol.asyncDispose]());

const add = (key: string | undefined, body: object, bearer = authorization, path = '/v1/notes') => {
  const call = request(notes.http).post(path).set('authorization', bearer);
  return (key === undefined ? call : call.set('idempotency-key', key)).send(body);
};
const count = async (text: string) => {
  const { rows } = await notes.database.pool.query('SELECT count(*)::int AS n FROM note WHERE text = $1', [text]);
  return rows[0].n;
};

describe('a key', () => {
  test('replays status, body and headers for the same request, whatever the order of members', async () => {
    const [key, text] = [randomUUID(), randomUUID()];
    const first = await add(key, { text, tags: ['a'] });
    const again = await add(key, { tags: ['a'], text });
    expect(first.status).toBe(201);
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await count(text)).toBe(1);
  });

  test('with another body is a conflict, and changes nothing', async () => {
    const [key, text] = [randomUUID(), randomUUID()];
    await add(key, { text });
    const other = await add(key, { text: `${text} changed` });
    expect(other.body).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
    expect(await count(`${text} changed`)).toBe(0);
  });

  test('on another object of the same route is a conflict', async () => {
    const key = randomUUID();
    expect((await add(key, {}, authorization, `/v1/notes/${randomUUID()}/touch`)).status).toBe(200);
    expect((await add(key, {}, authorization, `/v1/notes/${randomUUID()}/touch`)).status).toBe(409);
  });

  test('belongs to its caller and its tenant', async () => {
    const [key, text] = [randomUUID(), randomUUID()];
    await add(key, { text });
    expect(
      (await add(key, { text }, await notes.bearer([], 'acme', 'bob'))).headers['idempotency-replayed'],
    ).toBeUndefined();
    expect((await add(key, { text }, await notes.bearer([], 'other'))).headers['idempotency-replayed']).toBeUndefined();
    expect(await count(text)).toBe(3);
  });

  test('used by twenty requests at once has one effect and one answer', async () => {
    const [key, text] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => add(key, { text })));
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers['idempotency-replayed'] === undefined)).toHaveLength(1);
    expect(await count(text)).toBe(1);
  });

  test('of a request that failed after its effect: the effect is gone and the key is free', async () => {
    const [key, text] = [randomUUID(), randomUUID()];
    expect((await add(key, { text: 'refuse' })).body).toMatchObject({ status: 409, code: 'note_refused' });
    expect(await count('refuse')).toBe(0);
    expect((await add(key, { text })).status).toBe(201);
  });

  test('must be 1 to 255 visible ASCII characters, and must be there where the door wants one', async () => {
    expect((await add('a b', { text: 'x' })).body.code).toBe('idempotency_key_invalid');
    expect((await add('x'.repeat(256), { text: 'x' })).body.code).toBe('idempotency_key_invalid');
    expect((await add(undefined, {}, authorization, '/v1/notes/strict')).body.code).toBe('idempotency_key_required');
    expect((await add(randomUUID(), {}, authorization, '/v1/notes/strict')).status).toBe(201);
  });

  test('is forgotten after its lifetime and not before', async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    await add(old, { text: 'old' });
    await add(young, { text: 'young' });
    const { kysely } = notes.database;
    await sql`UPDATE idempotency.answer SET created_at = now() - make_interval(hours => ${KEY_LIFETIME_HOURS + 1})
              WHERE key = ${old}`.execute(kysely);
    // One is being swept by another process: it is left to it, and told as waiting.
    await kysely.transaction().execute(async (trx) => {
      await sql`SELECT FROM idempotency.answer WHERE key = ${old} FOR UPDATE`.execute(trx);
      const left = await expiredAnswers(kysely).look(new AbortController().signal);
      expect(left).toMatchObject({ swept: 0, waiting: 1 });
      expect(left !== 'elsewhere' && left.oldestMs).toBeGreaterThanOrEqual(3_600_000);
    });
    const swept = await expiredAnswers(kysely).look(new AbortController().signal);
    expect(swept).toEqual({ swept: 1, waiting: 0, oldestMs: 0 });
    expect((await add(old, { text: 'old' })).headers['idempotency-replayed']).toBeUndefined();
    expect((await add(young, { text: 'young' })).headers['idempotency-replayed']).toBe('true');
  });
});

test('a door comes to its failpoints before and after the commit of effect and answer, and says which door it is', async () => {
  const [key, text] = [randomUUID(), randomUUID()];
  const seen: unknown[] = [];
  const look = async (about: readonly { readonly type: string }[]): Promise<void> => {
    seen.push([about.map(({ type }) => type), await count(text)]);
  };
  using _answering = enableFailpoint(SERVICE_FAILPOINTS.doorAnswering, look);
  using _committed = enableFailpoint(SERVICE_FAILPOINTS.doorCommitted, look);
  expect((await add(key, { text })).status).toBe(201);
  expect(seen).toEqual([
    [['POST /v1/notes'], 0],
    [['POST /v1/notes'], 1],
  ]);
});
