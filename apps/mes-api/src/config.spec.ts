import { describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const complete = {
  ROLES: 'api,relay',
  DATABASE_URL: 'postgres://mes@127.0.0.1/mes',
  KAFKA_BROKERS: '127.0.0.1:9092',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  AUTH_ISSUER: 'http://127.0.0.1:9000',
  AUTH_JWKS_URL: 'http://127.0.0.1:9000/jwks',
  HTTP_PORT: '3003',
  METRICS_PORT: '9103',
};
const pricing = {
  SHOP_URL: 'http://127.0.0.1:3001',
  AUTH_TOKEN_URL: 'http://127.0.0.1:9000/token',
  AUTH_CLIENT_ID: 'service',
  AUTH_CLIENT_SECRET: 'secret',
};

describe('the configuration', () => {
  test('of a board needs nothing of pricing', () => {
    expect(readConfig(complete)).toMatchObject({ roles: ['api', 'relay'], httpPort: 3003, poolMax: 10 });
  });

  test('of pricing names all that is missing at once', () => {
    expect(() => readConfig({ ...complete, ROLES: 'pricing', SHOP_URL: pricing.SHOP_URL })).toThrow(
      /AUTH_TOKEN_URL.*\n.*AUTH_CLIENT_ID.*\n.*AUTH_CLIENT_SECRET/,
    );
    expect(readConfig({ ...complete, ...pricing, ROLES: 'pricing' }).pricing).toMatchObject({ threads: 1 });
  });

  test('reads the keys of what Temporal keeps', () => {
    const key = Buffer.alloc(32, 1).toString('base64');
    const { temporal } = readConfig({ ...complete, TEMPORAL_PAYLOAD_KEYS: `new:${key}` });
    expect(temporal.payloadKeys.map(({ id }) => id)).toEqual(['new']);
    expect(readConfig(complete).temporal.payloadKeys).toEqual([]);
  });

  test('names bad variables and shows no value', () => {
    const wrong = { ...complete, ROLES: 'api,baker', DATABASE_URL: 'mysql://secret', PRICING_THREADS: 'many' };
    expect(() => readConfig(wrong)).toThrow(/ROLES[\s\S]*DATABASE_URL[\s\S]*PRICING_THREADS/);
    expect(() => readConfig(wrong)).not.toThrow(/secret/);
  });
});
