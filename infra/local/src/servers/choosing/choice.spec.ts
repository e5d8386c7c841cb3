import { describe, expect, test } from '@jest/globals';
import { atLeast, chooseSources, type Machine, NoSourceError, temporalKindOf } from './choice.ts';

const installed = (version: string) => ({ file: '/somewhere', version });

const bare: Machine = {
  platform: 'linux',
  arch: 'x64',
  environment: {},
  engine: { state: 'absent', why: 'no Docker engine answers' },
  onPath: { postgres: null, kafka: null, temporal: null, java: installed('17.0.2'), go: null, maven: null },
  temporal: 'dev',
  cached: { kafka: false, temporal: false, temporalServer: false },
  npmPostgres: true,
};
const having = (onPath: Partial<Machine['onPath']>, rest: Partial<Machine> = {}): Machine => ({
  ...bare,
  ...rest,
  onPath: { ...bare.onPath, ...onPath },
});
const waysOf = (machine: Machine) =>
  Object.values(chooseSources(machine)).map((choice) => (choice.source === 'native' ? choice.ways : choice.source));

describe('chooseSources', () => {
  test('an address in the environment wins over an engine, each server for itself', () => {
    const engine = { state: 'answers', version: '28' } as const;
    const choices = chooseSources({ ...bare, engine, environment: { kafka: 'broker:9092', temporal: '' } });
    expect(choices.kafka).toEqual({
      source: 'environment',
      why: 'BEZEL_KAFKA_BROKERS is set',
      value: 'broker:9092',
    });
    expect(choices.postgres).toMatchObject({ source: 'container', image: 'postgres:18' });
    expect(choices.temporal).toMatchObject({ source: 'container', image: 'temporalio/temporal:1.5.1' });
  });

  test('an engine that cannot pull is passed over, and the reason says so', () => {
    const engine = { state: 'cannot-pull', why: 'a Docker engine answers, but cannot pull' } as const;
    const { kafka } = chooseSources({ ...bare, engine });
    expect(kafka.source).toBe('native');
    expect(kafka.why).toBe('a Docker engine answers, but cannot pull');
  });

  test('containers need nothing on the machine', () => {
    const engine = { state: 'answers', version: '28' } as const;
    expect(waysOf(having({ java: null }, { engine, npmPostgres: false }))).toEqual([
      'container',
      'container',
      'container',
    ]);
  });

  test('natively: the PATH, then the cache or the publisher, then the package managers', () => {
    const everything = {
      postgres: installed('18.4'),
      kafka: installed('4.3.0'),
      temporal: installed('1.29.1'),
      go: installed('1.26.8'),
      maven: installed('3.8.7'),
    };
    expect(waysOf(having(everything))).toEqual([
      ['path', 'npm'],
      ['path', 'archive', 'maven'],
      ['path', 'archive', 'go'],
    ]);
    expect(waysOf(having(everything, { cached: { kafka: true, temporal: true, temporalServer: false } }))).toEqual([
      ['path', 'npm'],
      ['path', 'cache'],
      ['path', 'cache'],
    ]);
    expect(waysOf(bare)).toEqual([['npm'], ['archive'], ['archive']]);
  });

  test('programs of the wrong version are passed over', () => {
    const old = { postgres: installed('15.8'), kafka: installed('3.9.1'), temporal: installed('1.24.2') };
    expect(waysOf(having({ ...old, go: installed('1.22.0') }))).toEqual([['npm'], ['archive'], ['archive']]);
    expect(waysOf(having({ postgres: installed('19.1') }))[0]).toEqual(['npm']);
  });

  test('names everything that is missing at once, with minimum versions', () => {
    const nothing = having({ java: installed('11.0.2') }, { npmPostgres: false, platform: 'freebsd' });
    expect(() => chooseSources(nothing)).toThrow(NoSourceError);
    expect(() => chooseSources(nothing)).toThrow(/Install PostgreSQL 18[\s\S]*Kafka needs Java 17 or newer.*Java 11/);
    expect(() => chooseSources(having({ java: null }))).toThrow(/no "java" on the PATH/);
  });

  test('says what to install when no way worked in the end', () => {
    const { kafka, temporal } = chooseSources(having({ go: installed('1.22.0') }));
    expect(kafka).toMatchObject({ otherwise: expect.stringContaining('there is no Maven') });
    expect(temporal).toMatchObject({ otherwise: expect.stringContaining('Go 1.22.0 is older than 1.25.0') });
  });
});

describe('the full Temporal server', () => {
  const go = installed('1.26.8');
  const cached = { kafka: false, temporal: true, temporalServer: true };
  const full = (onPath: Partial<Machine['onPath']>, rest: Partial<Machine> = {}) =>
    chooseSources(having(onPath, { temporal: 'server', ...rest })).temporal;

  test('is built with Go, once, whatever of the development server is there', () => {
    expect(full({ go, temporal: installed('1.31.2') })).toMatchObject({ why: 'BEZEL_TEMPORAL=server', ways: ['go'] });
    expect(full({}, { cached })).toMatchObject({ source: 'native', ways: ['cache'] });
  });

  test('runs on this machine also where the other servers are containers', () => {
    const engine = { state: 'answers', version: '28' } as const;
    expect(waysOf(having({ go }, { engine, temporal: 'server' }))).toEqual(['container', 'container', ['go']]);
  });

  test('gives way to an address in the environment', () => {
    expect(full({}, { environment: { temporal: 'host:7233' } })).toMatchObject({ source: 'environment' });
  });

  test.each([
    [null, 'there is no "go" on the PATH'],
    [installed('1.25.3'), 'this is Go 1.25.3'],
  ])('cannot be had with %j: the message says what to do', (found, message) => {
    expect(() => full({ go: found })).toThrow(`built with Go 1.26.4 or newer, and ${message}`);
  });

  test.each([
    [undefined, 'dev'],
    ['', 'dev'],
    ['dev', 'dev'],
    ['server', 'server'],
  ])('BEZEL_TEMPORAL=%s is %s', (value, kind) => {
    expect(temporalKindOf(value)).toBe(kind);
  });

  test('BEZEL_TEMPORAL of another value is refused', () => {
    expect(() => temporalKindOf('full')).toThrow('BEZEL_TEMPORAL=full: say dev or server');
  });
});

test.each([
  ['1.26.4', '1.26.4', true],
  ['1.26.10', '1.26.4', true],
  ['1.27', '1.26.4', true],
  ['1.9', '1.26.4', false],
  ['2', '1.29', true],
  ['1.26', '1.26.4', false],
  ['devel', '1.26.4', false],
])('%s is at least %s: %s', (version, minimum, expected) => {
  expect(atLeast(version, minimum)).toBe(expected);
});
