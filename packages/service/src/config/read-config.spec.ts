import { describe, expect, test } from '@jest/globals';
import { env, kafkaEnv, readEnv, serviceConfig, serviceEnv } from './read-config.ts';

const shape = { ROLES: env.roles(['migrate', 'api', 'relay']), ...serviceEnv, ...kafkaEnv };
const complete = {
  ROLES: 'api, relay',
  DATABASE_URL: 'postgres://shop:secret@127.0.0.1:5432/shop',
  AUTH_ISSUER: 'http://127.0.0.1:9000',
  AUTH_JWKS_URL: 'http://127.0.0.1:9000/jwks',
  HTTP_PORT: '3001',
  METRICS_PORT: '9001',
  KAFKA_BROKERS: '127.0.0.1:9092,127.0.0.1:9093',
};

describe('the environment', () => {
  test('is read into the parts that the package wants', () => {
    const read = readEnv(complete, shape);
    expect(read.KAFKA_BROKERS).toEqual(['127.0.0.1:9092', '127.0.0.1:9093']);
    expect(serviceConfig(read)).toMatchObject({
      roles: ['api', 'relay'],
      httpPort: 3001,
      metricsPort: 9001,
      logLevel: 'info',
      databaseLogin: 'shop',
      identity: { audience: 'bezel' },
    });
  });

  test('is refused with every bad variable named, and no value told', () => {
    const bad = {
      ...complete,
      ROLES: 'api,nonsense',
      HTTP_PORT: '99999',
      DATABASE_URL: 'mysql://secret',
      METRICS_PORT: '',
    };
    expect(() => readEnv(bad, shape)).toThrow(/ROLES: .*DATABASE_URL: .*HTTP_PORT: .*METRICS_PORT: is not set/s);
    expect(() => readEnv(bad, shape)).not.toThrow(/secret|99999/);
  });

  test('must have the login of the owner where the role migrate is chosen', () => {
    const read = readEnv({ ...complete, ROLES: 'migrate' }, shape);
    expect(() => serviceConfig(read)).toThrow(/MIGRATION_DATABASE_URL/);
  });

  test.each([
    ['1500', 1_500],
    ['PT15M', 900_000],
    ['P7D', 604_800_000],
    ['P1DT1H1M1S', 90_061_000],
  ])('a duration of %s is %d ms', (text, ms) => {
    expect(env.duration.parse(text)).toBe(ms);
  });

  test.each(['', 'P', 'PT', '15m', '-1', 'P1Y'])('%p is no duration', (text) => {
    expect(env.duration.safeParse(text).success).toBe(false);
  });
});
