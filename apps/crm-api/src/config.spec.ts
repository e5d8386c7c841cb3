import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

test('the environment of the stack is complete, and each variable left out is named', () => {
  const variables: Record<string, string> = {
    ROLES: 'api,consumer,relay',
    DATABASE_URL: 'postgres://crm:crm@127.0.0.1:5432/crm',
    KAFKA_BROKERS: '127.0.0.1:9092',
    AUTH_ISSUER: 'http://127.0.0.1:9000',
    AUTH_JWKS_URL: 'http://127.0.0.1:9000/jwks',
    HTTP_PORT: '3004',
    METRICS_PORT: '9104',
  };
  expect(readConfig(variables)).toMatchObject({ kafka: { client: 'kafkajs' }, httpPort: 3004 });
  for (const name of Object.keys(variables)) {
    expect(() => readConfig({ ...variables, [name]: undefined })).toThrow(`${name}: is not set`);
  }
});
