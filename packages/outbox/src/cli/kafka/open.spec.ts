import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseOptions } from '../options/parse.ts';
import { KAFKA_OPTIONS, openKafka } from './open.ts';

const open = (args: string[], env: NodeJS.ProcessEnv = {}) => openKafka(parseOptions(KAFKA_OPTIONS, args), env);
const LOGIN = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_USERNAME: 'shop', KAFKA_PASSWORD: 'secret' };

describe('Kafka', () => {
  test('is not there when nothing names its brokers', async () => {
    expect(await open([])).toBeUndefined();
    expect(await open(['--brokers', ' , '])).toBeUndefined();
  });

  test.each(['kafkajs', 'platformatic'])('is reached through %s, by options or by the environment', async (client) => {
    const args = ['--client', client];
    const access = { topics: expect.anything(), subscriber: expect.anything() };
    expect(await open([...args, '--brokers', 'a:9092, [::1]:9092', '--tls'])).toEqual(access);
    expect(await open([...args, '--brokers', 'a:9092'], { KAFKA_TLS: 'true' })).toEqual(access);
    expect(await open(args, { KAFKA_BROKERS: 'a:9092', ...LOGIN })).toEqual(access);
  });

  test.each([
    ['a mechanism there is not', { ...LOGIN, KAFKA_SASL_MECHANISM: 'GSSAPI' }],
    ['a login without a name', { ...LOGIN, KAFKA_USERNAME: undefined }],
    ['a login without a password', { ...LOGIN, KAFKA_PASSWORD: undefined }],
    ['TLS that is neither on nor off', { KAFKA_TLS: 'yes' }],
    ['an authority that is not there', { KAFKA_TLS_CA: '/nowhere/ca.pem' }],
    ['a certificate that is none', { KAFKA_TLS_CERT: fileURLToPath(import.meta.url) }],
  ])('is refused with %s', async (_, env) => {
    await expect(open(['--brokers', 'a:9092'], env)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test.each(['a', 'a:', ':9092', 'a:0', 'a:65536', 'a:9092,b', 'kafka://a:9092', '::1:9092'])(
    'is not at %s',
    async (brokers) => {
      await expect(open(['--brokers', brokers])).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('host:port'),
      });
    },
  );
});
