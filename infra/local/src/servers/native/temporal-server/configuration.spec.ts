import { expect, test } from '@jest/globals';
import { dynamicConfiguration, serverConfiguration, uiConfiguration } from './configuration.ts';

const ports = {
  frontend: { grpc: 1, membership: 2 },
  history: { grpc: 3, membership: 4 },
  matching: { grpc: 5, membership: 6 },
  worker: { grpc: 7, membership: 8 },
};
const configuration = serverConfiguration({
  ports,
  metricsPort: 9,
  dynamicFile: '/somewhere/dynamic.yaml',
  databases: {
    main: 'postgres://temporal:se%40cret@db.example:5433/temporal',
    visibility: 'postgres://temporal:se%40cret@db.example/temporal_visibility',
  },
}) as Record<string, never>;

test('each database is named with its login, and the port Postgres has unless told', () => {
  expect(configuration).toMatchObject({
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      datastores: {
        main: {
          sql: { databaseName: 'temporal', connectAddr: 'db.example:5433', user: 'temporal', password: 'se@cret' },
        },
        visibility: { sql: { databaseName: 'temporal_visibility', connectAddr: 'db.example:5432' } },
      },
    },
  });
});

test('every service has ports of its own and listens to this machine only; nothing else is opened', () => {
  expect(configuration['services']).toEqual({
    frontend: { rpc: { grpcPort: 1, membershipPort: 2, bindOnLocalHost: true } },
    history: { rpc: { grpcPort: 3, membershipPort: 4, bindOnLocalHost: true } },
    matching: { rpc: { grpcPort: 5, membershipPort: 6, bindOnLocalHost: true } },
    worker: { rpc: { grpcPort: 7, membershipPort: 8, bindOnLocalHost: true } },
  });
  expect(configuration['global']).toEqual({
    membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
    metrics: { prometheus: { listenAddress: '127.0.0.1:9' } },
  });
});

test('the web UI listens to this machine only and asks nobody on the Internet', () => {
  expect(uiConfiguration({ port: 9, decoding: null }, '127.0.0.1:1')).toMatchObject({
    temporalGrpcAddress: '127.0.0.1:1',
    host: '127.0.0.1',
    port: 9,
    defaultNamespace: 'bezel',
    disableNewsFetch: true,
    notifyOnNewVersion: false,
  });
});

test('the web UI decodes for those who signed in, and for nobody where there is no sign-in', () => {
  expect(Object.keys(uiConfiguration({ port: 9, decoding: null }, '127.0.0.1:1'))).not.toEqual(
    expect.arrayContaining(['codec']),
  );
  const decoding = { issuer: 'http://127.0.0.1:4', clientId: 'ui', clientSecret: 's', codecUrl: 'https://127.0.0.1:5' };
  expect(uiConfiguration({ port: 9, decoding }, '127.0.0.1:1')).toMatchObject({
    auth: {
      enabled: true,
      providers: [{ providerUrl: 'http://127.0.0.1:4', callbackUrl: 'http://127.0.0.1:9/auth/sso/callback' }],
    },
    // It passes tokens over HTTPS only.
    codec: { endpoint: expect.stringMatching(/^https:/), passAccessToken: true },
  });
});

test('dynamic settings are read from a file, and are those of every kind of server', () => {
  expect(configuration).toMatchObject({ dynamicConfigClient: { filepath: '/somewhere/dynamic.yaml' } });
  expect(dynamicConfiguration()).toEqual({ 'system.enableActivityEagerExecution': [{ value: true }] });
});
