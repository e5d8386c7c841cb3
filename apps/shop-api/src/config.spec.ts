import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const environment = {
  ROLES: 'api,worker',
  DATABASE_URL: 'postgres://shop:secret@127.0.0.1:5432/shop',
  AUTH_ISSUER: 'http://127.0.0.1:4000',
  AUTH_JWKS_URL: 'http://127.0.0.1:4000/jwks',
  HTTP_PORT: '3001',
  METRICS_PORT: '9001',
  KAFKA_BROKERS: '127.0.0.1:9092,127.0.0.1:9093',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  COURIER_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
};

test('what is needed is enough; the rest has defaults', () => {
  expect(readConfig(environment)).toMatchObject({
    roles: ['api', 'worker'],
    partnerPort: 3002,
    poolMax: 10,
    partnerPoolMax: 5,
    kafka: { brokers: ['127.0.0.1:9092', '127.0.0.1:9093'], client: 'kafkajs' },
    temporal: { address: '127.0.0.1:7233', namespace: 'bezel', uiUrl: null, payloadKeys: [] },
    offerValidForMs: 7 * 86_400_000,
  });
});

test('the keys of what Temporal keeps are read, newest first', () => {
  const key = Buffer.alloc(32, 1).toString('base64');
  const { temporal } = readConfig({ ...environment, TEMPORAL_PAYLOAD_KEYS: `new:${key},old:${key}` });
  expect(temporal.payloadKeys.map(({ id }) => id)).toEqual(['new', 'old']);
});

test.each<[string, string, RegExp]>([
  ['ROLES', 'api,cook', /ROLES: /],
  ['ROLES', '', /ROLES: is not set/],
  ['ROLES', 'migrate', /MIGRATION_DATABASE_URL: the role migrate wants it/],
  ['KAFKA_BROKERS', '', /KAFKA_BROKERS: is not set/],
  ['COURIER_WEBHOOK_SECRET', 'secret', /COURIER_WEBHOOK_SECRET: expected whsec_/],
  ['COURIER_WEBHOOK_SECRET', 'whsec_c2hvcnQ=', /COURIER_WEBHOOK_SECRET: expected whsec_/],
  ['OFFER_VALID_FOR', 'soon', /OFFER_VALID_FOR: expected milliseconds or an ISO 8601 duration/],
  ['OFFER_VALID_FOR', '0', /OFFER_VALID_FOR: /],
  ['STAGE_TIMES', 'PRICED=1/1', /STAGE_TIMES: "PRICED=1\/1": PRICED is no status with an SLA/],
  ['PARTNER_HTTP_PORT', '70000', /PARTNER_HTTP_PORT: /],
  ['TEMPORAL_PAYLOAD_KEYS', 'no-colon', /TEMPORAL_PAYLOAD_KEYS: entry 1: expected <id>:<key>/],
  ['TEMPORAL_PAYLOAD_KEYS', 'k:c2hvcnQ=', /TEMPORAL_PAYLOAD_KEYS: the key "k": expected 32 bytes/],
  ['TEMPORAL_UI_URL', 'somewhere', /TEMPORAL_UI_URL: /],
  ['HTTP_MAX_IN_FLIGHT', '0', /HTTP_MAX_IN_FLIGHT: /],
])('%s=%s is named', (name, value, complaint) => {
  expect(() => readConfig({ ...environment, [name]: value })).toThrow(complaint);
});

test('no value is repeated in the complaint', () => {
  expect(() => readConfig({ ...environment, COURIER_WEBHOOK_SECRET: 'hunter2' })).not.toThrow(/hunter2/);
  expect(() => readConfig({ ...environment, TEMPORAL_PAYLOAD_KEYS: 'k:hunter2' })).not.toThrow(/hunter2/);
});
