import { describe, expect, test } from '@jest/globals';
import type { UnitStatus } from '../supervisor/supervisor.ts';
import { bannerOf } from './banner.ts';
import type { StackFile } from './state/stack-file.ts';

const running = (name: string, found: Partial<UnitStatus> = { pid: 1 }): UnitStatus => {
  return { name, roles: ['server'], pid: null, container: null, restarts: 0, ...found };
};

const stackOf = (...processes: UnitStatus[]): StackFile => ({
  version: 1,
  source: { postgres: 'from npm', kafka: 'from Maven Central', temporal: 'built with Go' },
  ready: true,
  starter: { pid: 1, started: 'then' },
  servers: {
    postgres: { shop: '', mes: '', crm: '', audit: { shop: '', mes: '', crm: '' } },
    kafka: { brokers: [] },
    temporal: { address: '', namespace: 'bezel', ui: null, payloadKeys: '' },
    identity: { issuer: 'http://127.0.0.1:4000', jwks: '', token: '', audience: '', clients: {} as never },
  },
  urls: {
    shop: 'http://127.0.0.1:3001',
    partner: 'http://127.0.0.1:3005',
    mes: 'http://127.0.0.1:3003',
    crm: 'http://127.0.0.1:3004',
    temporal: null,
  },
  courierWebhookSecret: '',
  processes,
});

const SERVERS = ['postgres', 'kafka', 'temporal'];
const GIB = 2 ** 30;

describe('banner', () => {
  test('tells the memory when every server is a process of this start', () => {
    const stack = stackOf(...SERVERS.map((name) => running(name)));
    expect(bannerOf(stack, 9.94, 1.5 * GIB)).toContain(
      'Ready in 9.9 s; all processes together hold 1.5 GiB of memory.',
    );
  });

  test.each([
    ['the system does not tell', stackOf(...SERVERS.map((name) => running(name))), null],
    ['a server is in a container', stackOf(...SERVERS.map((name) => running(name, { container: 'c' }))), GIB],
    ['a server is somebody else’s', stackOf(running('postgres'), running('kafka')), GIB],
  ])('is silent about memory when %s', (_case, stack, memory) => {
    expect(bannerOf(stack, 9.94, memory)).toContain('Ready in 9.9 s.\n');
  });

  test('says why there is no Temporal UI', () => {
    expect(bannerOf(stackOf(running('postgres')), 1, null)).toContain(
      'Temporal UI (that of the server in BEZEL_TEMPORAL_ADDRESS)',
    );
    expect(bannerOf(stackOf(running('temporal')), 1, null)).toContain('Temporal UI none: it could not be built');
  });

  test('says what it takes to read payloads in Temporal’s UI, where it can show them', () => {
    const codec = running('shop-codec', {
      pid: 1,
      urls: { codec: 'https://127.0.0.1:5', management: 'http://127.0.0.1:6' },
    });
    expect(bannerOf(stackOf(codec), 1, null)).toContain('operator or admin, and open https://127.0.0.1:5 once');
    expect(bannerOf(stackOf(running('temporal')), 1, null)).not.toContain('certificate');
  });

  test('names the doors of what runs, and where a busy port moved to', () => {
    const partner = { pid: 1, urls: { partner: 'http://127.0.0.1:3005' } };
    const banner = bannerOf(stackOf(running('shop-api', partner)), 1, null);
    expect(banner).toContain('  port 3002 was busy: partner is at http://127.0.0.1:3005');
    expect(banner).not.toContain('MES ');
  });
});
