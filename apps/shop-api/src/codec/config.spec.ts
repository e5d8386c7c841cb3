import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { isCodecServer, readCodecConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'bezel-codec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  ROLES: 'codec',
  AUTH_ISSUER: 'http://127.0.0.1:4000',
  AUTH_JWKS_URL: 'http://127.0.0.1:4000/jwks',
  METRICS_PORT: '9001',
  TEMPORAL_PAYLOAD_KEYS: `now:${Buffer.alloc(32, 1).toString('base64')}`,
};

test('it needs the issuer and the keys, and no database; unless told it listens to this machine only', () => {
  const { codec, identity } = readCodecConfig({ ...environment, HTTP_HOST: '0.0.0.0' });
  expect(codec).toMatchObject({ host: '127.0.0.1', port: 3005, origins: [], tls: undefined });
  expect(codec.payloadKeys.map(({ id }) => id)).toEqual(['now']);
  expect(identity.audience).toBe('bezel');
});

test('key and certificate are read from their files', () => {
  const files = { CODEC_TLS_KEY_FILE: join(folder, 'key.pem'), CODEC_TLS_CERT_FILE: join(folder, 'cert.pem') };
  writeFileSync(files.CODEC_TLS_KEY_FILE, 'the key');
  writeFileSync(files.CODEC_TLS_CERT_FILE, 'the certificate');
  expect(readCodecConfig({ ...environment, ...files }).codec.tls).toEqual({ key: 'the key', cert: 'the certificate' });
});

test.each<[string, string, RegExp]>([
  ['ROLES', 'codec,api', /ROLES: /],
  ['TEMPORAL_PAYLOAD_KEYS', '', /TEMPORAL_PAYLOAD_KEYS: is not set/],
  ['CODEC_ORIGINS', 'https://ui.example/', /CODEC_ORIGINS: expected origins/],
  ['CODEC_ORIGINS', 'https://ui.example,*', /CODEC_ORIGINS: /],
  ['CODEC_TLS_KEY_FILE', '/nowhere/key.pem', /CODEC_TLS_KEY_FILE: .*ENOENT/],
  ['CODEC_TLS_CERT_FILE', import.meta.filename, /one is no use without the other/],
])('%s=%s is refused', (name, value, complaint) => {
  expect(() => readCodecConfig({ ...environment, [name]: value })).toThrow(complaint);
});

test.each([
  ['codec', true],
  ['api, codec', true],
  ['api,worker', false],
  [undefined, false],
])('ROLES=%s: %s', (ROLES, codec) => {
  expect(isCodecServer({ ROLES })).toBe(codec);
});
