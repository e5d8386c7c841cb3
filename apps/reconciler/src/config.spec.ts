import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const LEAST = {
  ...{ METRICS_PORT: '9100', KAFKA_BROKERS: 'a:9092,b:9092', TEMPORAL_ADDRESS: 'localhost:7233' },
  SHOP_AUDIT_URL: 'postgres://audit:secret@localhost/shop',
  MES_AUDIT_URL: 'postgres://audit:secret@localhost/mes',
  CRM_AUDIT_URL: 'postgres://audit:secret@localhost/crm',
};
const DOOR = {
  ...{ SHOP_URL: 'http://localhost:3001', REPAIR_TOKEN_URL: 'http://localhost/token' },
  ...{ REPAIR_CLIENT_ID: 'admin', REPAIR_CLIENT_SECRET: 'secret' },
};

test('without a door it only reports; with one it asks there', () => {
  expect(readConfig(LEAST)).toMatchObject({
    roles: ['reconciler'],
    door: undefined,
    stack: { kafka: ['a:9092', 'b:9092'] },
  });
  expect(readConfig({ ...LEAST, ...DOOR }).door).toEqual({
    ...{ shopUrl: 'http://localhost:3001', tokenUrl: 'http://localhost/token' },
    ...{ clientId: 'admin', clientSecret: 'secret' },
  });
});

test.each(Object.keys(DOOR))('a door without %s is no door', (name) => {
  expect(() => readConfig({ ...LEAST, ...DOOR, [name]: '' })).toThrow(/one is no use without the others/);
});

test('names every bad variable at once, and no value', () => {
  const bad = { ...LEAST, SHOP_AUDIT_URL: 'mysql://secret', MES_AUDIT_URL: '', TEMPORAL_PAYLOAD_KEYS: 'secret' };
  expect(() => readConfig(bad)).toThrow(/SHOP_AUDIT_URL.*MES_AUDIT_URL.*TEMPORAL_PAYLOAD_KEYS/s);
  expect(() => readConfig(bad)).not.toThrow(/secret/);
});
