import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, installedKafka, startKafka, type TestKafka } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { runCli } from '../../testing/fixtures/cli/run-cli.ts';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { insertMessage } from '../../testing/fixtures/outbox/reading.ts';
import { selfSigned } from '../../testing/fixtures/servers/certificate.ts';

jest.setTimeout(120_000);

const programs = await installedKafka();
const folder = mkdtempSync(join(tmpdir(), 'bezel-kafka-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const [ofBroker, ofClient, ofStranger] = [1, 2, 3].map(() => selfSigned({ ip: '127.0.0.1' }));
const AUTHORITY = { KAFKA_TLS_CA: file('authority.pem', ofBroker?.cert ?? '') };
const STRANGER = { KAFKA_TLS_CA: file('stranger.pem', ofStranger?.cert ?? '') };
const CERTIFICATE = {
  KAFKA_TLS_CERT: file('client.pem', ofClient?.cert ?? ''),
  KAFKA_TLS_KEY: file('client.key.pem', ofClient?.key ?? ''),
};
const login = (password: string) => ({
  ...{ KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_USERNAME: 'shop', KAFKA_PASSWORD: password },
});

const suite = programs === undefined ? describe.skip : describe;
suite('brokers that want TLS [skipped where Kafka runs in a container]', () => {
  let kafka: TestKafka;
  let database: OutboxDatabase;
  const at = { login: '', certificate: '' };

  beforeAll(async () => {
    if (programs === undefined) return;
    at.login = `127.0.0.1:${await freePort()}`;
    at.certificate = `127.0.0.1:${await freePort()}`;
    kafka = await startKafka(programs, {
      listeners: { LOGIN: `SASL_SSL://${at.login}`, CERTIFICATE: `SSL://${at.certificate}` },
      settings: {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.certificate.chain': ofBroker?.cert ?? '',
        'ssl.keystore.key': ofBroker?.key ?? '',
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.certificates': ofClient?.cert ?? '',
        'listener.name.certificate.ssl.client.auth': 'required',
        'listener.name.login.ssl.client.auth': 'none',
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.login.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_shop="right";',
      },
    });
    const admin = new kafkajs.Kafka({ brokers: [kafka.broker], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic: 't', numPartitions: 1 }] });
    await admin.disconnect();
    database = await outboxDatabase({ shards: 1 });
    await database.pool.query(insertMessage('k'));
    await database.pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset) VALUES ('g', 't', 0, 0)`,
    );
  });
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
    await kafka?.[Symbol.asyncDispose]();
  });

  describe.each(['kafkajs', 'platformatic'])('through %s', (client) => {
    const run = (command: string, brokers: string, env: NodeJS.ProcessEnv) =>
      runCli(database.url, [command, '--client', client, '--brokers', brokers, '--json'], { env });

    test('are read from with their authority and a login', async () => {
      const env = { ...AUTHORITY, ...login('right') };
      expect((await run('lag', at.login, env)).json).toMatchObject({
        consumers: [{ lag: 0 }],
        kafka: { trouble: null },
      });
      // The reader of topics is another client than the one that asks for their ends.
      expect(await run('verify', at.login, env)).toMatchObject({ exitCode: 0, json: { topics: ['t'], waiting: 1 } });
    });

    test('are read from with their authority and a certificate', async () => {
      const env = { ...AUTHORITY, ...CERTIFICATE };
      expect((await run('lag', at.certificate, env)).json).toMatchObject({ consumers: [{ lag: 0 }] });
      expect(await run('verify', at.certificate, env)).toMatchObject({ exitCode: 0, json: { topics: ['t'] } });
    });

    test('refuse, and it is said why', async () => {
      const trouble = async (brokers: string, env: NodeJS.ProcessEnv): Promise<string> =>
        (await run('lag', brokers, env)).json.kafka.trouble;
      expect(await trouble(at.login, { ...AUTHORITY, ...login('wrong') })).toMatch(/authentication|password/i);
      expect(await trouble(at.login, { ...STRANGER, ...login('right') })).toMatch(/certificate.*KAFKA_TLS_CA/);
      expect(await trouble(at.login, { KAFKA_TLS: 'true', ...login('right') })).toMatch(/certificate.*KAFKA_TLS_CA/);
      expect(await trouble(at.certificate, AUTHORITY)).toMatch(/^Kafka at 127/);
    });
  });
});
