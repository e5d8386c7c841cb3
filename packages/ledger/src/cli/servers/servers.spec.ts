import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseOptions } from '../options/parse.ts';
import { doorOf } from './door.ts';
import { type Servers, serversOf } from './servers.ts';

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'bezel-servers-'));
  mkdirSync(join(checkout, '.bezel'));
  const url = (app: string) => `postgres://audit:sesame@127.0.0.1:5432/${app}`;
  const client = { clientId: 'admin', clientSecret: 'sesame' };
  const servers = {
    postgres: { audit: { shop: url('shop'), mes: url('mes'), crm: url('crm') } },
    kafka: { brokers: ['127.0.0.1:9092'] },
    temporal: { address: '127.0.0.1:7233', namespace: 'bezel', payloadKeys: 'own' },
    identity: { token: 'http://127.0.0.1:4000/token', clients: { admin: client } },
  };
  const file = { urls: { shop: 'http://127.0.0.1:3001' }, servers };
  writeFileSync(join(checkout, '.bezel', 'stack.json'), JSON.stringify(file));
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

/** Everything of another system. */
const ELSEWHERE = {
  ...{ SHOP_AUDIT_URL: 'postgres://x:sesame@there/shop', MES_AUDIT_URL: 'postgres://x:sesame@there/mes' },
  ...{ CRM_AUDIT_URL: 'postgres://x:sesame@there/crm', KAFKA_BROKERS: 'there:9092, there:9093' },
  TEMPORAL_ADDRESS: 'there:7233',
};
const DOOR = {
  ...{ SHOP_URL: 'https://there', REPAIR_TOKEN_URL: 'https://there/token' },
  ...{ REPAIR_CLIENT_ID: 'ada', REPAIR_CLIENT_SECRET: 'sesame' },
};

const find = (env: NodeJS.ProcessEnv, line = '', at = checkout): Servers =>
  serversOf(parseOptions([], line === '' ? [] : line.split(' ')), { env, checkout: at });

/** Where each server of what was found is. */
const places = ({ stack: { postgres, kafka, temporal } }: Servers) => ({
  databases: Object.values(postgres).map((url) => new URL(url).host),
  ...{ kafka, temporal: temporal.address, namespace: temporal.namespace, keys: temporal.payloadKeys },
});
const HERE = {
  databases: ['127.0.0.1:5432', '127.0.0.1:5432', '127.0.0.1:5432'],
  ...{ kafka: ['127.0.0.1:9092'], temporal: '127.0.0.1:7233', namespace: 'bezel', keys: 'own' },
};
const THERE = {
  databases: ['there', 'there', 'there'],
  ...{ kafka: ['there:9092', 'there:9093'], temporal: 'there:7233', namespace: 'bezel', keys: undefined },
};

/** The code of what is thrown, and its words, which repeat no secret. */
function refusal(attempt: () => unknown): { readonly code: unknown; readonly message: string } {
  try {
    attempt();
  } catch (error) {
    const { code, message } = error as { code: unknown; message: string };
    expect(message).not.toContain('sesame');
    return { code, message };
  }
  throw new Error('it was not refused');
}

describe('the servers of one system', () => {
  test('are those of the stack file, or those of the environment, which needs no stack file then', () => {
    expect(places(find({}))).toEqual(HERE);
    expect(places(find(ELSEWHERE, '', '/nowhere'))).toEqual(THERE);
    expect(refusal(() => find({}, '', '/nowhere'))).toMatchObject({ code: 'servers_unknown' });
  });

  test.each([
    ...Object.keys(ELSEWHERE).map((name) => [name, { [name]: ELSEWHERE[name as keyof typeof ELSEWHERE] }] as const),
    ['TEMPORAL_NAMESPACE', { TEMPORAL_NAMESPACE: 'theirs' }],
    ['TEMPORAL_PAYLOAD_KEYS', { TEMPORAL_PAYLOAD_KEYS: 'theirs' }],
  ] as const)('are not mixed: with %s alone nothing is read, and what is missing is named', (name, env) => {
    const { code, message } = refusal(() => find(env));
    expect(code).toBe('servers_mixed');
    expect(message).toContain(`has ${name} and not `);
    for (const other of Object.keys(ELSEWHERE).filter((one) => one !== name)) expect(message).toContain(other);
  });

  test.each(Object.keys(ELSEWHERE))('nor without %s alone', (name) => {
    const { code, message } = refusal(() => find({ ...ELSEWHERE, [name]: '' }));
    expect({ code, message }).toEqual({ code: 'servers_mixed', message: expect.stringContaining(`not ${name}:`) });
  });

  test('an option goes before either of them, for one server, and stands for its variable', () => {
    const options = '--kafka a:1,b:2 --temporal c:3 --namespace mine';
    const said = { kafka: ['a:1', 'b:2'], temporal: 'c:3', namespace: 'mine' };
    expect(places(find({}, options))).toEqual({ ...HERE, ...said });
    expect(places(find(ELSEWHERE, options))).toEqual({ ...THERE, ...said });
    const { KAFKA_BROKERS: _, TEMPORAL_ADDRESS: __, ...databases } = ELSEWHERE;
    expect(places(find(databases, options))).toEqual({ ...THERE, ...said });
  });

  test('a stack file that is named goes before the environment, also before what was left over in it', () => {
    expect(places(find(ELSEWHERE, '--stack .bezel/stack.json'))).toEqual(HERE);
    expect(places(find({ KAFKA_BROKERS: 'there:9092' }, '--stack .bezel/stack.json'))).toEqual(HERE);
  });
});

describe('the door', () => {
  const unknown = (words: string) => ({ code: 'door_unknown', message: expect.stringContaining(words) });

  test('is that of the stack file where every server is', () => {
    expect(doorOf(find({}).file, {}).shopUrl).toBe('http://127.0.0.1:3001');
  });

  test.each([
    ['the environment names the servers', ELSEWHERE, ''],
    ['an option names one of them', {}, '--kafka there:9092'],
  ])('is not that of the stack file when %s', (_, env, line) => {
    const { file } = find(env, line);
    expect(refusal(() => doorOf(file, env))).toEqual(unknown('the door is not'));
    expect(doorOf(file, { ...env, ...DOOR }).shopUrl).toBe('https://there');
  });

  test('of another system is not asked about orders of the stack file’s; another person may ask at its own', () => {
    const { file } = find({});
    expect(refusal(() => doorOf(file, DOOR))).toEqual(unknown('is not the door of the stack file'));
    const own = { ...DOOR, SHOP_URL: 'http://127.0.0.1:3001/' };
    expect(doorOf(file, own).shopUrl).toBe('http://127.0.0.1:3001/');
  });

  test.each(Object.keys(DOOR))('and who asks at it are named together: without %s nobody asks', (name) => {
    for (const file of [find({}).file, null]) {
      expect(refusal(() => doorOf(file, { ...DOOR, [name]: '' }))).toEqual(unknown(`${name} is not set`));
    }
  });
});
