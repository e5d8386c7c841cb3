import { describe, expect, test } from '@jest/globals';
import { connectorSettings, propertiesFile, SETTINGS_IN_WORDS, workerSettings } from './settings.ts';

const target = {
  databaseUrl: 'postgres://me%40home:a%3Db%20%C3%BC@db.example:6432/bench_1',
  brokers: ['one:9092', 'two:9092'],
  port: 8083,
  slot: 'bench_1',
};

describe('propertiesFile', () => {
  test('one line each, with what means something to Java escaped', () => {
    expect(propertiesFile({ 'a.b': 1, c: true, d: 'x=y:z #!\\ ü\n' })).toBe(
      'a.b=1\nc=true\nd=x\\=y\\:z\\ \\#\\!\\\\\\ \\u00fc\\u000a\n',
    );
  });
});

test('the worker listens on 127.0.0.1 only', () => {
  expect(workerSettings(target)).toMatchObject({
    'bootstrap.servers': 'one:9092,two:9092',
    listeners: 'http://127.0.0.1:8083',
  });
});

describe('connectorSettings', () => {
  test('name and password are what the URL says, decoded', () => {
    expect(connectorSettings(target)).toMatchObject({
      'database.hostname': 'db.example',
      'database.port': '6432',
      'database.user': 'me@home',
      'database.password': 'a=b ü',
      'database.dbname': 'bench_1',
      'slot.name': 'bench_1',
    });
  });

  test('a URL without a port means 5432', () => {
    expect(connectorSettings({ ...target, databaseUrl: 'postgres://a@b/c' })['database.port']).toBe(5432);
  });

  test('a row names its topic, and Connect takes that for no variable of its own', () => {
    expect(connectorSettings(target)['transforms.outbox.route.topic.replacement']).toBe(`\${routedByValue}`);
  });

  test('the words of the results name each setting that is made', () => {
    for (const name of ['max.batch.size', 'poll.interval.ms', 'producer.override.linger.ms']) {
      expect(SETTINGS_IN_WORDS).toContain(`${name} ${connectorSettings(target)[name]}`);
    }
  });
});
